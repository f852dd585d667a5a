#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/session.hpp"

#include <kobj/kobj.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

// The files of a session have mode 0600, whatever the umask: no more, since they are nobody else's business, and no
// less, since the next process of the user has to open them.

namespace {

struct found {
    std::string name;
    mode_t mode;
};

std::vector<found> files_of(const test::own_session& session) {
    std::vector<found> all;
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator("/dev/shm", ignored)) {
        struct stat facts {};
        if (file.path().string().starts_with(session.path()) && stat(file.path().c_str(), &facts) == 0)
            all.push_back({file.path().string(), facts.st_mode & 07777U});
    }
    return all;
}

}  // namespace

ROLE(make_files) {
    const auto memory = kobj::file_mapping::create(4096, {.name = "umask"}).value();
    const auto over = kobj::file_mapping::create_over(kobj::process::executable_path(), 0,
                                                      {.protection = kobj::mapping_protection::read_only})
                          .value();
    for (;;) pause();
}

ROLE(use_files) {
    const auto memory = kobj::file_mapping::open("umask");
    ROLE_CHECK(memory.has_value());
    ROLE_CHECK(memory->map<char>().has_value());
    return 0;
}

TEST_CASE("No umask keeps the session's processes out, or lets others in", "[umask]") {
    for (const mode_t mask : {mode_t{0}, mode_t{0077}, mode_t{0777}}) {
        CAPTURE(mask);
        const test::own_session session;
        const mode_t before = umask(mask);
        kobj::process child = test::start_role("make_files", {}, session.options());
        umask(before);
        REQUIRE(test::eventually([&] { return files_of(session).size() == 3; }));
        for (const found& each : files_of(session)) {
            CAPTURE(each.name);
            CHECK(each.mode == 0600);
        }
        CHECK(test::run_role("use_files", {}, session.options()) == 0);
        test::kill_hard(child);
    }
}
