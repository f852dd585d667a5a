# Run as a script: makes rows of a C++ table, OUT, from the LIST of names.
cmake_minimum_required(VERSION 3.25)
file(READ "${LIST}" text)
string(REGEX REPLACE "([^ \n]+) - ([^ \n]+)\n" "{\"\\1\", false, \"\\2\"},\n" text "${text}")
string(REGEX REPLACE "\n([^ \n{]+) AW ([^ \n]+)\n" "\n{\"\\1\", true, \"\\2\"},\n" text "\n${text}")
string(REGEX REPLACE "\n([^ \n{]+) AW ([^ \n]+)\n" "\n{\"\\1\", true, \"\\2\"},\n" text "${text}")
file(WRITE "${OUT}" "${text}")
