#!/bin/sh
# Builds liblark_event and installs it with its headers, its CMake package and its pkg-config file.
set -eu

usage() {
    cat <<'TEXT'
usage: sh ffi/install.sh PREFIX

Builds liblark_event and installs under PREFIX (such as /usr/local):
    include/lark_event.h, include/lark_event.hpp
    lib/liblark_event.a, lib/liblark_event.so
    lib/cmake/lark_event/, lib/pkgconfig/lark_event.pc

If DESTDIR is set, it is put before PREFIX. CARGO names another cargo.
TEXT
}

case "${1:-}" in
--help | -h) usage && exit 0 ;;
"" | -*) usage >&2 && exit 2 ;;
esac
[ $# -eq 1 ] || { usage >&2 && exit 2; }

to="${DESTDIR:-}$1"
here=$(cd "$(dirname "$0")" && pwd)
cargo="${CARGO:-cargo}"

manifest="$here/Cargo.toml"
target=$("$cargo" metadata --manifest-path "$manifest" --format-version 1 --no-deps --locked |
    sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
# Without the standard library, of which nothing is used: a tenth of the size, and no allocator in it.
"$cargo" build --quiet --locked --release --manifest-path "$manifest" --no-default-features --features abort
version=$(sed -n 's/^#define LARK_EVENT_VERSION "\(.*\)"$/\1/p' "$here/../include/lark_event.h")

install -d "$to/include" "$to/lib/cmake/lark_event" "$to/lib/pkgconfig"
install -m 644 "$here/../include/lark_event.h" "$here/../include/lark_event.hpp" "$to/include"
install -m 644 "$target/release/liblark_event_ffi.a" "$to/lib/liblark_event.a"
if [ -f "$target/release/liblark_event_ffi.dylib" ]; then
    series=$(echo "$version" | cut -d . -f 1-2)
    install -m 755 "$target/release/liblark_event_ffi.dylib" "$to/lib/liblark_event.$series.dylib"
    ln -sf "liblark_event.$series.dylib" "$to/lib/liblark_event.dylib"
else
    series=$(echo "$version" | cut -d . -f 1-2)
    install -m 755 "$target/release/liblark_event_ffi.so" "$to/lib/liblark_event.so.$version"
    ln -sf "liblark_event.so.$version" "$to/lib/liblark_event.so.$series"
    ln -sf "liblark_event.so.$series" "$to/lib/liblark_event.so"
fi
install -m 644 "$here/cmake/lark_eventConfig.cmake" "$to/lib/cmake/lark_event"
sed "s/@VERSION@/$version/" "$here/cmake/lark_eventConfigVersion.cmake.in" \
    >"$to/lib/cmake/lark_event/lark_eventConfigVersion.cmake"
sed "s/@VERSION@/$version/" "$here/cmake/lark_event.pc.in" >"$to/lib/pkgconfig/lark_event.pc"
echo "lark_event $version installed in $to"
