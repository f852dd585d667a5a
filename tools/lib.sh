# Shell functions that ./run, .ci/run and the scripts under tests/ share. Sourced by bash at the project's root.

# A compiler cache when there is one.
if [[ -z ${CMAKE_CXX_COMPILER_LAUNCHER:-} ]] && command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi

passed=0
failed=0

# The Debian and Ubuntu packages behind each kind of work.
packages_of() {
    case $1 in
    build) echo cmake ninja-build g++ libfmt-dev libboost-dev libcli11-dev nlohmann-json3-dev ;;
    test) echo catch2 strace gdb ;;
    bench) echo libbenchmark-dev ;;
    peers) echo libpoco-dev ;;
    instructions) echo valgrind ;;
    clang) echo clang ;;
    package) echo cmake ninja-build g++ make pkg-config libfmt-dev libboost-dev libcli11-dev nlohmann-json3-dev ;;
    wine) echo cmake ninja-build libfmt-dev libcli11-dev nlohmann-json3-dev catch2 g++-mingw-w64-x86-64-posix wine ;;
    # One version, since each formats a little differently.
    format) echo clang-format-14 ;;
    tidy) echo clang-tidy-14 ;;
    model) echo spin gcc libc6-dev ;;
    esac
}

is_installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

# need <kind>...: installs what is missing of the packages of these kinds of work.
need() {
    local kind package missing=()
    for kind in "$@"; do
        for package in $(packages_of "$kind"); do
            is_installed "$package" || missing+=("$package")
        done
    done
    [[ ${#missing[@]} -eq 0 ]] && return 0

    local as_root=()
    if [[ $(id -u) -ne 0 ]]; then
        if ! command -v sudo >/dev/null; then
            echo "These packages are missing: ${missing[*]}" >&2
            echo "Install them as root: apt-get install ${missing[*]}" >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    if ! command -v apt-get >/dev/null; then
        echo "kobj needs what Debian calls: ${missing[*]}. There is no apt-get here to install it." >&2
        exit 1
    fi
    echo "Installing ${missing[*]}"
    local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq
        --no-install-recommends "${missing[@]}")
    # The lists of packages may be absent or too old.
    "${install[@]}" >/dev/null 2>&1 || { "${as_root[@]}" apt-get update -qq && "${install[@]}" >/dev/null; } || {
        echo "Could not install: ${missing[*]}" >&2
        exit 1
    }
}

# step <name> <command>...: runs it, shows its output only when it fails, and counts it.
step() {
    local name=$1 log
    shift
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then
        echo "passed  $name"
        passed=$((passed + 1))
    else
        cat "$log"
        echo "FAILED  $name"
        failed=$((failed + 1))
    fi
    rm -f "$log"
}

# counted <name> <command>...: runs it, and adds the numbers of its last line, "N passed, N failed".
counted() {
    local name=$1 log status line bad begin=$SECONDS
    shift
    log=$(mktemp)
    echo "== $name"
    "$@" 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    line=$(tail -n 1 "$log")
    # A long log may be cut: what failed is said once more at the end.
    mapfile -t bad < <(grep -E '^FAILED|^[[:space:]]+[0-9]+ - .*\((Failed|Timeout|Not Run|SEGFAULT|[A-Z]\w*)' "$log")
    rm -f "$log"
    if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        # It failed in another way than by a counted test.
        [[ $status -ne 0 && ${BASH_REMATCH[2]} -eq 0 ]] && failed=$((failed + 1))
    else
        line="no count, status $status"
        if [[ $status -eq 0 ]]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    fi
    summary+=("$name: $line ($((SECONDS - begin)) s)" "${bad[@]}")
}
summary=()

# The last line of every verb that tests something.
finish() {
    echo "$passed passed, $failed failed"
    [[ $failed -eq 0 ]]
    exit
}
