# Lists the one-file variants into gen/*.inc, so that adding a file is all it takes:
#   quant_types.inc   QUANT_TYPE(q4_k) and the includes   one line a src/quant/*.h
#   isas.inc          ISA(avx2)                one line a src/kernels/isa/*.cpp for this processor
#   architectures.inc ARCHITECTURE(llama)      one line a src/model/arch/*.cpp
# An ISA file says "// arch: x86_64" (or aarch64, any) and "// flags: -mavx2 …" in its head comment.

# Value of the line "// <key>: value" among a file's first lines; empty when there is none.
function(head_comment file key result)
  file(STRINGS ${file} lines LIMIT_COUNT 12 REGEX "^// ${key}: ")
  string(REGEX REPLACE "^// ${key}: *" "" value "${lines}")
  set(${result} "${value}" PARENT_SCOPE)
endfunction()

# Writes only what changed: a touched file would recompile everything that includes it.
function(write_if_different path content)
  set(old "")
  if(EXISTS ${path})
    file(READ ${path} old)
  endif()
  if(NOT old STREQUAL content OR NOT EXISTS ${path})
    file(WRITE ${path} "${content}")
  endif()
endfunction()

function(write_registry pattern macro include_folder output)
  file(GLOB files CONFIGURE_DEPENDS ${pattern})
  list(FILTER files EXCLUDE REGEX "\\.inl\\.h$")  # shared by several variants
  set(content "")
  foreach(path IN LISTS files)
    get_filename_component(name ${path} NAME_WE)
    string(APPEND content "${macro}(${name})\n")
  endforeach()
  write_if_different(${CMAKE_BINARY_DIR}/gen/${output} "${content}")
  if(include_folder)
    set(includes "")
    foreach(path IN LISTS files)
      get_filename_component(name ${path} NAME)
      string(APPEND includes "#include \"${include_folder}/${name}\"\n")
    endforeach()
    write_if_different(${CMAKE_BINARY_DIR}/gen/include_${output} "${includes}")
  endif()
endfunction()

macro(write_registries)
  write_registry(${CMAKE_CURRENT_SOURCE_DIR}/src/quant/*.h QUANT_TYPE quant quant_types.inc)
  write_registry(${CMAKE_CURRENT_SOURCE_DIR}/src/model/arch/*.cpp ARCHITECTURE "" architectures.inc)

  string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" processor)
  string(REGEX REPLACE "^(amd64|x64)$" "x86_64" processor "${processor}")
  string(REGEX REPLACE "^arm64$" "aarch64" processor "${processor}")
  file(GLOB isa_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/kernels/isa/*.cpp)
  set(ISA_SOURCES)
  set(isa_lines "")
  foreach(path IN LISTS isa_files)
    head_comment(${path} arch arch)
    head_comment(${path} flags flags)
    if(NOT arch)
      message(FATAL_ERROR "${path}: the head comment lacks its line \"// arch: x86_64\" (or aarch64, any)")
    endif()
    if(arch STREQUAL "any" OR arch STREQUAL processor)
      get_filename_component(name ${path} NAME_WE)
      string(APPEND isa_lines "ISA(${name})\n")
      if(TIERGATE_SANITIZE OR TIERGATE_QUICK)
        string(APPEND flags " -O1")  # -O3 takes minutes a file with checks on every inlined load, and a cross compiler's too
      endif()
      set_source_files_properties(${path} PROPERTIES COMPILE_FLAGS "${flags}")
      list(APPEND ISA_SOURCES ${path})
    endif()
  endforeach()
  write_if_different(${CMAKE_BINARY_DIR}/gen/isas.inc "${isa_lines}")
endmacro()
