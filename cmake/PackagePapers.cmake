# Run by CPack in the tree of the package before it is packed: the changelogs, and one time for all
# files (SOURCE_DATE_EPOCH, if it is set), so that two packages of the same sources are the same.
set(papers ${CPACK_TEMPORARY_DIRECTORY}/usr/share/doc/peerwarden)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${papers}/changelog.Debian
"${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Packaged by CPack; changelog.gz says what is new.

 -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${date}
")
configure_file(${CPACK_PAPERS_SOURCE}/CHANGELOG.md ${papers}/changelog COPYONLY)
execute_process(COMMAND gzip --best --no-name --force ${papers}/changelog ${papers}/changelog.Debian
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND find ${CPACK_TEMPORARY_DIRECTORY} -type d -exec chmod 755 {} + COMMAND_ERROR_IS_FATAL ANY)
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  execute_process(COMMAND find ${CPACK_TEMPORARY_DIRECTORY} -exec touch --no-dereference
                          --date @$ENV{SOURCE_DATE_EPOCH} {} + COMMAND_ERROR_IS_FATAL ANY)
endif()
