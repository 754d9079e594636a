# find_package(lark_event) gives two targets, for C and C++:
#   lark_event::lark_event  the static library
#   lark_event::shared      the shared library, where there is one
get_filename_component(_lark_event_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

foreach(_lark_event_kind IN ITEMS lark_event shared)
    if(NOT TARGET lark_event::${_lark_event_kind})
        if(_lark_event_kind STREQUAL "shared")
            set(_lark_event_type SHARED)
            set(_lark_event_file "liblark_event${CMAKE_SHARED_LIBRARY_SUFFIX}")
        else()
            set(_lark_event_type STATIC)
            set(_lark_event_file "liblark_event.a")
        endif()
        if(EXISTS "${_lark_event_prefix}/lib/${_lark_event_file}")
            add_library(lark_event::${_lark_event_kind} ${_lark_event_type} IMPORTED)
            set_target_properties(lark_event::${_lark_event_kind} PROPERTIES
                IMPORTED_LOCATION "${_lark_event_prefix}/lib/${_lark_event_file}"
                INTERFACE_INCLUDE_DIRECTORIES "${_lark_event_prefix}/include")
        endif()
    endif()
endforeach()

unset(_lark_event_prefix)
unset(_lark_event_kind)
unset(_lark_event_type)
unset(_lark_event_file)
