# floor(name libraries...)            the folder `name` as a static library
# program(folder executable libs...)  a folder of the top floor: its library and its executable
#
# A library's links are the arrows of docs/architecture.md: a call that goes up does not link.
function(floor name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.c)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARGN})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC ${ARGN})
endfunction()

function(program folder executable)
  floor(${folder} ${ARGN})
  if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${folder}/main.c)
    return()
  endif()
  add_executable(${executable} ${PROJECT_SOURCE_DIR}/${folder}/main.c)
  set_target_properties(${executable} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  target_link_libraries(${executable} PRIVATE ${folder})
endfunction()
