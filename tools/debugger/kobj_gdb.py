"""Pretty printers for kobj in gdb, and the command `info kobj-handles`.

gdb loads them by itself with an installed shared kobj. With a static one: (gdb) source .../share/kobj/kobj_gdb.py

A handle is shown with what it leads to, where kobj was compiled with debugging information and the arena can be read:
in a running process, and in a core file that has it (see docs/debugger.md).
"""

import gdb
import gdb.printing

NULL, CURRENT_PROCESS, CURRENT_THREAD = 0, -1, -2
# The fields of words are not in the debugging information: namespaces state and entry of arena/layout.hpp.
ENTRY_HANDLE, ENTRY_VIEW = 1, 2
TYPES_OF_ARENA = {14: "private namespace", 15: "file mapping in the making"}


def bits(value, high, low):
    return value >> low & ((1 << (high - low + 1)) - 1)


def word(value):
    """The number in a kobj::posix::word."""
    return int(value["value_"]["_M_i"])


def name_in(enumeration, number):
    """How an enumeration calls a number; the number where it does not."""
    return str(gdb.Value(number).cast(gdb.lookup_type(enumeration))).split("::")[-1].replace("_", " ").rstrip(")")


def type_of(state):
    number = bits(word(state), 41, 38)
    return TYPES_OF_ARENA.get(number) or name_in("kobj::object_type", number)


def state_of(process):
    return name_in("kobj::posix::process_state", word(process["state"]))


class Unknown(Exception):
    pass


class Arena:
    """The arena of the process that is being debugged."""

    def __init__(self):
        try:
            self.base = int(gdb.parse_and_eval("kobj::posix::the_only_arena.base_"))
            self.shapes = gdb.parse_and_eval("kobj::posix::shapes")["_M_elems"]
        except gdb.error as why:
            raise Unknown(str(why))
        if self.base == 0:
            raise Unknown("the process has not called kobj yet")

    def start(self, region):
        return int(self.shapes[int(gdb.parse_and_eval("kobj::posix::region::" + region))]["start"])

    def record(self, kind, region, index):
        record = gdb.lookup_type("kobj::posix::" + kind)
        return gdb.Value(self.base + self.start(region) + index * record.sizeof).cast(record.pointer()).dereference()

    def object(self, index):
        return self.record("object_record", "objects", index)

    def name_of(self, record):
        index = word(record["name"])
        if index == 0:
            return ""
        part = self.record("name_record", "names", index)
        left, key = min(word(part["length"]), 32768), b""
        while True:
            text = part["text"]
            here = min(left, text.type.sizeof)
            key += bytes(gdb.selected_inferior().read_memory(int(text.address), here)) if here else b""
            left -= here
            index = word(part["more"])
            if left == 0 or index == 0:
                break
            part = self.record("name_record", "names", index)
        # Its first letter says in which directory it is.
        name = key[1:].split(b"\0")[0].decode("utf-8", "replace")
        return ("Global\\" if key[:1] == b"G" else "") + name

    def own_process(self):
        """The index of its record."""
        header = gdb.Value(self.base).cast(gdb.lookup_type("kobj::posix::arena_header").pointer())
        for index in range(1, word(header["high_process"])):
            record = self.record("process_record", "processes", index)
            if word(record["id"]) == gdb.selected_inferior().pid and state_of(record) == "attached":
                return index, record
        raise Unknown("the process has not called kobj yet")

    def table(self):
        """The entries of its handle table, and how many are in use."""
        index, process = self.own_process()
        place = gdb.parse_and_eval("kobj::posix::place_of_tables")
        word64 = gdb.lookup_type("kobj::posix::word64")
        at = self.base + int(place["start"]) + index * int(place["size_of_one"])
        return gdb.Value(at).cast(word64.pointer()), word(process["high"])

    def entry(self, value):
        """A handle's entry, or None when it is not open."""
        table, high = self.table()
        index = value >> 2
        found = word(table[index]) if 0 < index < high else 0
        return found if bits(found, 63, 62) == ENTRY_HANDLE else None


def look(question):
    """What the arena answers, or None where it cannot be read."""
    try:
        return question(Arena())
    except (Unknown, gdb.error):
        return None


def words_of(arena, record):
    name = arena.name_of(record)
    return '%s "%s"' % (type_of(record["state"]), name) if name else "unnamed " + type_of(record["state"])


def describe(value):
    """`0x4 (mutex "name")`"""
    size = gdb.lookup_type("unsigned long").sizeof * 8
    signed = value - (1 << size) if value >> (size - 1) else value
    if signed in (NULL, CURRENT_PROCESS, CURRENT_THREAD):
        return {NULL: "null", CURRENT_PROCESS: "current process", CURRENT_THREAD: "current thread"}[signed]

    def ask(arena):
        entry = arena.entry(value)
        return "not open" if entry is None else words_of(arena, arena.object(bits(entry, 61, 40)))

    words = look(ask)
    return "%#x" % value if words is None else "%#x (%s)" % (value, words)


class Printer:
    def __init__(self, value):
        is_reference = value.type.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF)
        self.value = value.referenced_value() if is_reference else value


class HandleValue(Printer):
    def to_string(self):
        return describe(int(self.value["number_"]))


class Handle(Printer):
    """kobj::handle and the types that own one."""

    def __init__(self, value):
        super().__init__(value)
        owner = self.value if self.value.type.strip_typedefs().name == "kobj::handle" else self.value["handle_"]
        self.value = owner["value_"]

    def to_string(self):
        return describe(int(self.value["number_"]))


class Failure(Printer):
    def to_string(self):
        code = int(self.value["code_"])
        name = name_in("kobj::errc", code)
        return "error %d" % code if name == str(code) else "error %d (%s)" % (code, name)


class Result(Printer):
    """kobj::result<T>: its value, or its failure."""

    def to_string(self):
        if not self.value["has_"]:
            return "no value, " + Failure(self.value["error_"]).to_string()
        return "success" if self.value.type.strip_typedefs().name == "kobj::result<void>" else "value"

    def children(self):
        if self.value["has_"] and self.value.type.strip_typedefs().name != "kobj::result<void>":
            yield "value", self.value["value_"]


class Error(Printer):
    """kobj::error, an exception. Few programs have the debugging information of its bases: their layout is known."""

    def to_string(self):
        at = int(self.value.address)
        text = gdb.Value(at + 8).cast(gdb.lookup_type("char").pointer().pointer()).dereference()
        code = gdb.Value(at + 16).cast(gdb.lookup_type("int").pointer()).dereference()
        return "error %d: %s" % (int(code), text.string("utf-8", "replace"))


class Word(Printer):
    def to_string(self):
        number = word(self.value)
        return "%d" % number if number < 1024 else "%#x" % number


class Record(Printer):
    """A record of the arena: a line of words, then its fields."""

    def to_string(self):
        return self.summary()

    def children(self):
        for field in self.value.type.fields():
            if hasattr(field, "bitpos"):  # static members have none
                yield field.name, self.value[field.name]


class ObjectRecord(Record):
    def summary(self):
        state = word(self.value["state"])
        if bits(state, 41, 38) == 0:
            return "free"
        words = look(lambda arena: words_of(arena, self.value)) or type_of(self.value["state"])
        words += ", generation %d, value %#x" % (bits(state, 63, 42), bits(state, 35, 0))
        return words + (", contended" if bits(state, 37, 37) else "")


class ProcessRecord(Record):
    def summary(self):
        return "process %d, %s, %d handles" % (word(self.value["id"]), state_of(self.value), word(self.value["used"]))


class ThreadRecord(Record):
    def summary(self):
        identity = word(self.value["identity"])
        if not identity & 3:
            return "free"
        waits = word(self.value["wait_count"])
        return "thread %d, generation %d%s%s" % (bits(identity, 63, 32), bits(identity, 31, 12),
                                                 ", leaving" if identity & 3 == 2 else "",
                                                 ", waits for %d objects" % waits if waits else "")


class NameRecord(Record):
    def summary(self):
        length = word(self.value["length"])
        here = min(length, self.value["text"].type.sizeof)
        text = bytes(gdb.selected_inferior().read_memory(int(self.value["text"].address), here)) if here else b""
        return '"%s"%s, of object %d' % (text.decode("utf-8", "replace"), "..." if here < length else "",
                                         word(self.value["object"]))


class InfoHandles(gdb.Command):
    """The handle table of the process: info kobj-handles"""

    def __init__(self):
        super().__init__("info kobj-handles", gdb.COMMAND_STATUS)

    def invoke(self, arguments, from_tty):
        try:
            arena = Arena()
            table, high = arena.table()
        except Unknown as why:
            raise gdb.GdbError("no handle table: %s" % why)
        for index in range(1, high):
            entry = word(table[index])
            kind = bits(entry, 63, 62)
            if kind not in (ENTRY_HANDLE, ENTRY_VIEW):
                continue
            record = arena.object(bits(entry, 61, 40))
            flags = [name for bit, name in ((18, "inheritable"), (17, "protected")) if bits(entry, bit, bit)]
            gdb.write("%-8s object %-6d access %#010x  %s%s%s\n" % (
                "%#x" % (index << 2) if kind == ENTRY_HANDLE else "(view)", bits(entry, 61, 40), bits(entry, 39, 19),
                words_of(arena, record), ", " if flags else "", ", ".join(flags)))


def owner_of_handle(value):
    """Any type that derives from basic_object."""
    bases = [field.name for field in value.type.strip_typedefs().fields() if field.is_base_class]
    return Handle(value) if any(name.startswith("kobj::basic_object<") for name in bases) else None


def printers():
    all_of_them = gdb.printing.RegexpCollectionPrettyPrinter("kobj")
    add = all_of_them.add_printer
    add("handle_value", "^kobj::handle_value$", HandleValue)
    add("handle", "^kobj::handle$", Handle)
    add("result", "^kobj::result<.*>$", Result)
    add("failure", "^kobj::failure$", Failure)
    add("error", "^kobj::error$", Error)
    add("word", "^kobj::posix::word<.*>$", Word)
    add("object_record", "^kobj::posix::object_record$", ObjectRecord)
    add("process_record", "^kobj::posix::process_record$", ProcessRecord)
    add("thread_record", "^kobj::posix::thread_record$", ThreadRecord)
    add("name_record", "^kobj::posix::name_record$", NameRecord)
    add("basic_object", "^kobj::[a-z_]+$", owner_of_handle)
    return all_of_them


gdb.printing.register_pretty_printer(gdb.current_objfile(), printers(), replace=True)
InfoHandles()
