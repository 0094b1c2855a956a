# What belongs to the programs when they are installed, and the Debian package: `cpack -G DEB`.
#
# Manual pages and settings files are written from the option tables by a small generator for each
# program, completion by the command line itself.
set(PACKAGE_MAINTAINER "Peerwarden contributors <peerwarden@peerwarden.invalid>" CACHE STRING
    "Who stands in the Debian package as its maintainer")
set(packaging ${PROJECT_SOURCE_DIR}/tools/packaging)
set(packaged ${PROJECT_BINARY_DIR}/packaged)
set(packaged_files)

# manual_page(program section folder): manual_<folder> writes the page, and gzip packs it.
function(manual_page program section folder)
  set(template ${packaging}/manual/${program}.${section}.in)
  set(page ${packaged}/${program}.${section})
  add_executable(manual_${folder} ${packaging}/manual/manual.c ${packaging}/manual/${folder}.c)
  target_link_libraries(manual_${folder} PRIVATE ${folder})
  add_custom_command(
    OUTPUT ${page} ${page}.gz
    COMMAND ${CMAKE_COMMAND} -E make_directory ${packaged}
    COMMAND manual_${folder} page ${template} ${page}
    COMMAND gzip --best --no-name --keep --force ${page}
    DEPENDS manual_${folder} ${template}
    VERBATIM)
  install(FILES ${page}.gz DESTINATION share/man/man${section})
  set(packaged_files ${packaged_files} ${page}.gz PARENT_SCOPE)
endfunction()

# settings_file(folder): a file in which every setting of the program stands, commented.
function(settings_file folder)
  add_custom_command(
    OUTPUT ${packaged}/${folder}.yaml
    COMMAND ${CMAKE_COMMAND} -E make_directory ${packaged}
    COMMAND manual_${folder} settings ${packaged}/${folder}.yaml
    DEPENDS manual_${folder}
    VERBATIM)
  install(FILES ${packaged}/${folder}.yaml DESTINATION /etc/peerwarden)
  set(packaged_files ${packaged_files} ${packaged}/${folder}.yaml PARENT_SCOPE)
endfunction()

# completion(shell folder name): where the shell looks for it.
function(completion shell folder name)
  add_custom_command(
    OUTPUT ${packaged}/completion.${shell}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:peerwarden> -DSHELL=${shell}
            -DOUTPUT=${packaged}/completion.${shell} -P ${PROJECT_SOURCE_DIR}/cmake/Completion.cmake
    DEPENDS peerwarden cmake/Completion.cmake
    VERBATIM)
  install(FILES ${packaged}/completion.${shell} DESTINATION share/${folder} RENAME ${name})
  set(packaged_files ${packaged_files} ${packaged}/completion.${shell} PARENT_SCOPE)
endfunction()

manual_page(peerwarden 1 cli)
manual_page(peerwarden-webhook 8 webhook)
manual_page(peerwarden-daemon 8 daemon)
settings_file(webhook)
settings_file(daemon)
completion(bash bash-completion/completions peerwarden)
completion(zsh zsh/vendor-completions _peerwarden)
completion(fish fish/vendor_completions.d peerwarden.fish)
add_custom_target(packaged ALL DEPENDS ${packaged_files})

install(TARGETS peerwarden DESTINATION bin)
install(TARGETS peerwarden-webhook peerwarden-daemon DESTINATION sbin)
file(CREATE_LINK peerwarden ${packaged}.kubectl-peerwarden SYMBOLIC)
install(FILES ${packaged}.kubectl-peerwarden DESTINATION bin RENAME kubectl-peerwarden)
file(CREATE_LINK peerwarden.1.gz ${packaged}.kubectl-peerwarden.1.gz SYMBOLIC)
install(FILES ${packaged}.kubectl-peerwarden.1.gz DESTINATION share/man/man1
        RENAME kubectl-peerwarden.1.gz)
install(FILES ${packaging}/systemd/peerwarden-webhook.service
              ${packaging}/systemd/peerwarden-daemon.service DESTINATION lib/systemd/system)
install(FILES ${packaging}/debian/copyright DESTINATION share/doc/peerwarden)

# CPack packs what has been built, and builds nothing by itself.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME peerwarden)
set(CPACK_PACKAGE_VENDOR Peerwarden)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_STRIP_FILES ON)
set(CPACK_SOURCE_GENERATOR "")
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/PackagePapers.cmake)
set(CPACK_PAPERS_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${PACKAGE_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "refuses conflicting network peerings in Kubernetes")
file(READ ${packaging}/debian/description CPACK_DEBIAN_PACKAGE_DESCRIPTION)
string(STRIP "${CPACK_DEBIAN_PACKAGE_DESCRIPTION}" CPACK_DEBIAN_PACKAGE_DESCRIPTION)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${packaging}/debian/conffiles ${packaging}/debian/postinst
                                       ${packaging}/debian/prerm ${packaging}/debian/postrm)
include(CPack)
