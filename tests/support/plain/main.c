/* A program that does not use kobj.
 *   kobj_plain exit N              ends with code N
 *   kobj_plain run PROGRAM ARGS... starts a program with the system's own means, handles inherited, waits for it and
 *                                  ends with its code
 *   kobj_plain echo                copies its input to its output
 *   kobj_plain stay FILE           makes an empty file and stays for at most a minute
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#    include <fcntl.h>
#    include <io.h>
#    include <windows.h>

static int run(char** arguments) {
    /* The tests give no argument that a pair of quotes does not cover. */
    char line[32768] = "";
    STARTUPINFOA start;
    PROCESS_INFORMATION made;
    DWORD code = 0;
    for (; *arguments != NULL; ++arguments) {
        strcat(line, "\"");
        strcat(line, *arguments);
        strcat(line, arguments[1] != NULL ? "\" " : "\"");
    }
    memset(&start, 0, sizeof start);
    start.cb = sizeof start;
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &made)) return 95;
    CloseHandle(made.hThread);
    WaitForSingleObject(made.hProcess, INFINITE);
    GetExitCodeProcess(made.hProcess, &code);
    CloseHandle(made.hProcess);
    return (int)code;
}

static void stay(void) {
    Sleep(60000);
}

static void binary_streams(void) {
    _setmode(0, _O_BINARY);
    _setmode(1, _O_BINARY);
}
#else
#    include <sys/wait.h>
#    include <unistd.h>

static int run(char** arguments) {
    int status = 0;
    const pid_t child = fork();
    if (child < 0) return 95;
    if (child == 0) {
        execv(arguments[0], arguments);
        _exit(95);
    }
    if (waitpid(child, &status, 0) != child) return 95;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void stay(void) {
    sleep(60);
}

static void binary_streams(void) {}
#endif

static void copy(void) {
    int c;
    while ((c = getchar()) != EOF) putchar(c);
}

int main(int argc, char** argv) {
    binary_streams();
    if (argc > 2 && strcmp(argv[1], "exit") == 0) return (int)strtoul(argv[2], NULL, 0);
    if (argc > 2 && strcmp(argv[1], "run") == 0) return run(argv + 2);
    if (argc > 1 && strcmp(argv[1], "echo") == 0) {
        copy();
        return 0;
    }
    if (argc > 2 && strcmp(argv[1], "stay") == 0) {
        FILE* file = fopen(argv[2], "wb");
        if (file == NULL) return 94;
        fclose(file);
        stay();
        return 0;
    }
    fprintf(stderr, "kobj_plain: unknown command\n");
    return 93;
}
