// Nobody defines this. Its name is what the linker's error says.
extern "C" int the_program_has_no_main_wmain_WinMain_or_wWinMain();

int wmain();

int wmain() {
    return the_program_has_no_main_wmain_WinMain_or_wWinMain();
}
