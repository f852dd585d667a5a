# install: the library, its headers, the package for find_package(kobj) and kobj.pc. All of it may be moved as a whole.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/kobj)

install(TARGETS kobj EXPORT kobjTargets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS kobj_windows_h EXPORT kobjTargets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/windows_h)
# For debuggers. gdb finds the file of a shared kobj by itself where its prefix is one of gdb's own, as /usr is.
if(MSVC)
    install(FILES ${PROJECT_SOURCE_DIR}/tools/debugger/kobj.natvis DESTINATION ${CMAKE_INSTALL_DATADIR}/kobj)
    target_link_options(kobj INTERFACE
        "$<INSTALL_INTERFACE:/NATVIS:$<INSTALL_PREFIX>/${CMAKE_INSTALL_DATADIR}/kobj/kobj.natvis>")
elseif(NOT WIN32)
    set(printers ${PROJECT_SOURCE_DIR}/tools/debugger/kobj_gdb.py)
    install(FILES ${printers} DESTINATION ${CMAKE_INSTALL_DATADIR}/kobj)
    if(BUILD_SHARED_LIBS)
        install(FILES ${printers} DESTINATION ${CMAKE_INSTALL_DATADIR}/gdb/auto-load${CMAKE_INSTALL_FULL_LIBDIR}
            RENAME $<TARGET_FILE_NAME:kobj>-gdb.py)
    endif()
endif()
if(TARGET kobj_tool)
    install(TARGETS kobj_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    get_target_property(texts kobj_tool KOBJ_TEXTS)
    if(texts)
        install(FILES ${texts}/kobj.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
        install(FILES ${texts}/kobj DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
        install(FILES ${texts}/_kobj DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
        install(FILES ${texts}/kobj.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
    endif()
endif()
install(TARGETS kobj_winmain EXPORT kobjTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET kobj-port)
    install(TARGETS kobj-port RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(EXPORT kobjTargets NAMESPACE kobj:: DESTINATION ${package_dir})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/kobjConfig.cmake.in kobjConfig.cmake
    INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 each minor version may break what the one before promised.
write_basic_package_version_file(kobjConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/kobjConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/kobjConfigVersion.cmake
    DESTINATION ${package_dir})

# What kobj itself links: its user must link it with a static kobj, and need not with a shared one.
if(WIN32)
    list(TRANSFORM KOBJ_WINDOWS_LIBRARIES PREPEND "-l" OUTPUT_VARIABLE KOBJ_PC_LINK)
    list(JOIN KOBJ_PC_LINK " " KOBJ_PC_LINK)
else()
    set(KOBJ_PC_LINK -pthread)
endif()
if(BUILD_SHARED_LIBS)
    set(KOBJ_PC_LIBS "")
    set(KOBJ_PC_LIBS_PRIVATE " ${KOBJ_PC_LINK}")
    set(KOBJ_PC_CFLAGS "")
else()
    set(KOBJ_PC_LIBS " ${KOBJ_PC_LINK}")
    set(KOBJ_PC_LIBS_PRIVATE "")
    set(KOBJ_PC_CFLAGS " -DKOBJ_STATIC")
endif()
if(NOT WIN32)
    string(APPEND KOBJ_PC_CFLAGS " -pthread")
endif()
file(RELATIVE_PATH KOBJ_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(KOBJ_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
else()
    string(REGEX REPLACE "/$" "" KOBJ_PC_PREFIX "\${pcfiledir}/${KOBJ_PC_PREFIX}")
endif()
cmake_path(APPEND KOBJ_PC_LIBDIR "\${prefix}" ${CMAKE_INSTALL_LIBDIR})
cmake_path(APPEND KOBJ_PC_INCLUDEDIR "\${prefix}" ${CMAKE_INSTALL_INCLUDEDIR})
configure_file(${CMAKE_CURRENT_LIST_DIR}/kobj.pc.in kobj.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/kobj.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
