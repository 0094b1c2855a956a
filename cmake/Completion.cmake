# Writes a completion script to a file. Run with -DPROGRAM=<peerwarden> -DSHELL=<shell> -DOUTPUT=<file>.
execute_process(COMMAND ${PROGRAM} completion ${SHELL} OUTPUT_VARIABLE script COMMAND_ERROR_IS_FATAL ANY)
if(SHELL STREQUAL "zsh")
  # zsh takes the file for the function itself: it has to name its commands, and to do the first work.
  set(script "#compdef peerwarden kubectl-peerwarden\n${script}_bash_complete -o default -F _peerwarden\n")
endif()
file(WRITE ${OUTPUT} "${script}")
