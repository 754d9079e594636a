#!/bin/sh
# Builds liblark_event and installs it with its headers, its CMake package and its pkg-config file.
set -euf

usage() {
    cat <<'TEXT'
usage: sh ffi/install.sh [--target TRIPLE] [--events FAMILIES] PREFIX

Builds liblark_event and installs under PREFIX (such as /usr/local):
    include/lark_event.h, include/lark_event.hpp
    lib/liblark_event.a, lib/liblark_event.so
    lib/cmake/lark_event/, lib/pkgconfig/lark_event.pc

--target TRIPLE     builds for another machine, such as thumbv7em-none-eabi; without an operating system there is no
                    shared library, and all is made for as little flash as possible (by device.toml, unless RUSTFLAGS
                    is set)
--events FAMILIES   knows only these events, such as process or process,job_change: LarkEnvelope is as large as the
                    largest event in it

If DESTDIR is set, it is put before PREFIX. CARGO names another cargo.
TEXT
}

fail() {
    echo "install.sh: $1" >&2
    exit 2
}

here=$(cd "$(dirname "$0")" && pwd)
header="$here/../include/lark_event.h"
known=$(sed -n 's/^#define LARK_HAS_\([A-Z_]*\) 1$/\1/p' "$header" | tr 'A-Z\n' 'a-z ')
# Always with a target, so that it is known where Cargo puts what it builds.
triple="${CARGO_BUILD_TARGET:-$("${RUSTC:-rustc}" -vV | sed -n 's/^host: //p')}" families=events
while [ $# -gt 1 ]; do
    case "$1" in
    --target) triple=$2 ;;
    --events) families=$2 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift 2
done
case "${1:-}" in
--help | -h) usage && exit 0 ;;
"" | -*) usage >&2 && exit 2 ;;
esac
families=$(printf '%s\n' "$families" | tr ',[:space:]' '[\n*]' | sed '/^$/d' | paste -sd , -)
[ -n "$families" ] || fail "expected families of events (events $known), found none"
for family in $(echo "$families" | tr , ' '); do
    case " events $known" in
    *" $family "*) ;;
    *) fail "expected families of events (events $known), found $family" ;;
    esac
done

to="${DESTDIR:-}$1"
cargo="${CARGO:-cargo}"

manifest="$here/Cargo.toml"
target=$("$cargo" metadata --manifest-path "$manifest" --format-version 1 --no-deps --locked |
    sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
# Without the standard library, of which nothing is used: a tenth of the size, and no allocator in it.
set -- --quiet --locked --release --manifest-path "$manifest" --no-default-features --features "abort,$families" \
    --target "$triple"
built="$target/$triple/release"
case "$triple" in
*-none | *-none-*)
    export CARGO_PROFILE_RELEASE_OPT_LEVEL="${CARGO_PROFILE_RELEASE_OPT_LEVEL:-s}"
    set -- "$@" --config "$here/device.toml" --crate-type staticlib
    ;;
esac
"$cargo" rustc "$@"
version=$(sed -n 's/^#define LARK_EVENT_VERSION "\(.*\)"$/\1/p' "$header")

install -d "$to/include" "$to/lib/cmake/lark_event" "$to/lib/pkgconfig"
install -m 644 "$header" "$here/../include/lark_event.hpp" "$to/include"
for family in $known; do
    case ",$families," in
    *,events,* | *",$family,"*) ;;
    *)
        name=LARK_HAS_$(echo "$family" | tr a-z A-Z)
        sed "s/^#define $name 1$/#define $name 0/" "$to/include/lark_event.h" >"$to/include/lark_event.h.new"
        mv "$to/include/lark_event.h.new" "$to/include/lark_event.h"
        ;;
    esac
done
install -m 644 "$built/liblark_event_ffi.a" "$to/lib/liblark_event.a"
if [ -f "$built/liblark_event_ffi.dylib" ]; then
    series=$(echo "$version" | cut -d . -f 1-2)
    install -m 755 "$built/liblark_event_ffi.dylib" "$to/lib/liblark_event.$series.dylib"
    ln -sf "liblark_event.$series.dylib" "$to/lib/liblark_event.dylib"
elif [ -f "$built/liblark_event_ffi.so" ]; then
    series=$(echo "$version" | cut -d . -f 1-2)
    install -m 755 "$built/liblark_event_ffi.so" "$to/lib/liblark_event.so.$version"
    ln -sf "liblark_event.so.$version" "$to/lib/liblark_event.so.$series"
    ln -sf "liblark_event.so.$series" "$to/lib/liblark_event.so"
fi
install -m 644 "$here/cmake/lark_eventConfig.cmake" "$to/lib/cmake/lark_event"
sed "s/@VERSION@/$version/" "$here/cmake/lark_eventConfigVersion.cmake.in" \
    >"$to/lib/cmake/lark_event/lark_eventConfigVersion.cmake"
sed "s/@VERSION@/$version/" "$here/cmake/lark_event.pc.in" >"$to/lib/pkgconfig/lark_event.pc"
echo "lark_event $version installed in $to"
