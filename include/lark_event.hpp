/*
 * lark_event.hpp - lark_event.h for C++17: views instead of pointers and lengths. Header-only, no exceptions of its own.
 *
 *     static lark::Envelope envelope;
 *     if (const lark::Error error = envelope.decode(body)) {
 *         std::cerr << error.message() << '\n';
 *     } else if (const auto *event = envelope.event_if<LarkProcessUpdated>()) {
 *         std::cout << lark::view(event->process_id) << '\n';
 *     }
 *
 * Views point into the envelope and end with it, or with its next decode().
 */
#ifndef LARK_EVENT_HPP
#define LARK_EVENT_HPP

#include "lark_event.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace lark {

/** The tag of an event's struct, and the struct in the union; for every type of `LARK_EVENT_TYPES`. */
template <class E> struct EventTraits;

/** @cond */
#define LARK_EVENT_TRAITS(type, member, number)                                                                        \
    template <> struct EventTraits<type> {                                                                             \
        static constexpr std::uint32_t tag = number;                                                                   \
        static const type *of(const LarkEvent &event) noexcept { return &event.member; }                               \
    };
LARK_EVENT_TYPES(LARK_EVENT_TRAITS)
#undef LARK_EVENT_TRAITS
/** @endcond */

/** The text, `""` where it is absent. For every `LarkText_N`. */
template <class Text, class = decltype(Text::len)> std::string_view view(const Text &text) noexcept {
    return {text.data, text.len};
}

/** The text, or nothing where it is absent. For every `LarkText_N`. */
template <class Text, class = decltype(Text::len)> std::optional<std::string_view> get(const Text &text) noexcept {
    return text.present ? std::optional<std::string_view>(view(text)) : std::nullopt;
}

/** The number, or nothing where it is absent. For every `LarkOpt_T`. */
template <class Opt, class Value = std::remove_const_t<decltype(Opt::value)>>
std::optional<Value> get(const Opt &opt) noexcept {
    return opt.present ? std::optional<Value>(opt.value) : std::nullopt;
}

/** The texts of a list, for `for` loops. For every `LarkTextList_N__M`; none where the list is absent. */
template <class List> class ListView {
  public:
    class iterator {
      public:
        iterator(const List *list, std::size_t index) noexcept : list_(list), index_(index) {}
        std::string_view operator*() const noexcept { return ListView(*list_)[index_]; }
        iterator &operator++() noexcept {
            ++index_;
            return *this;
        }
        bool operator!=(const iterator &other) const noexcept { return index_ != other.index_; }
        bool operator==(const iterator &other) const noexcept { return index_ == other.index_; }

      private:
        const List *list_;
        std::size_t index_;
    };

    explicit ListView(const List &list) noexcept : list_(&list) {}
    /** Whether the list was in the JSON, be it empty. */
    bool present() const noexcept { return list_->present; }
    std::size_t size() const noexcept { return list_->count; }
    bool empty() const noexcept { return list_->count == 0; }
    /** Text `index`, which must be below `size()`. */
    std::string_view operator[](std::size_t index) const noexcept {
        const std::size_t start = list_->offsets[index];
        return {list_->data + start, list_->offsets[index + 1] - start - 1};
    }
    iterator begin() const noexcept { return {list_, 0}; }
    iterator end() const noexcept { return {list_, list_->count}; }

  private:
    const List *list_;
};

/** The texts of a list. For every `LarkTextList_N__M`. */
template <class List, class = decltype(List::count)> ListView<List> list(const List &list) noexcept {
    return ListView<List>(list);
}

/** What a call has found wrong; true if anything. */
class [[nodiscard]] Error {
  public:
    Error() noexcept = default;
    explicit Error(const LarkError &error) noexcept : raw_(error) {}
    explicit operator bool() const noexcept { return raw_.kind != 0; }
    LarkErrorKind kind() const noexcept { return raw_.kind; }
    /** The byte of the body, counted from 0. */
    std::uint32_t offset() const noexcept { return raw_.offset; }
    /** Whether only one field is wrong, and everything else has been filled in; nothing, if the body is encrypted or of
     *  no known shape. */
    bool is_field() const noexcept { return raw_.kind >= 100 && raw_.kind < 200; }
    /** What was expected and what was found. */
    std::string message() const { return text(lark_error_message); }
    /** The field, as in `event.operate_reason`; empty for none in particular. */
    std::string field() const { return text(lark_error_field); }
    const LarkError &raw() const noexcept { return raw_; }

  private:
    std::string text(std::size_t (*write)(const LarkError *, char *, std::size_t)) const {
        std::string out(write(&raw_, nullptr, 0) + 1, '\0');
        write(&raw_, out.data(), out.size());
        out.pop_back();
        return out;
    }

    LarkError raw_{};
};

/** An envelope, ready for use. About 10 KB: keep it static or in a member rather than on a small stack. */
class Envelope {
  public:
    /** As lark_decode. */
    Error decode(std::string_view body) noexcept {
        LarkError error;
        lark_decode(bytes(body), body.size(), &raw_, &error);
        return Error(error);
    }

    /** As lark_decode_as. */
    Error decode_as(std::string_view body, const char *event_type) noexcept {
        LarkError error;
        lark_decode_as(bytes(body), body.size(), event_type, &raw_, &error);
        return Error(error);
    }

    /** Writes the envelope as JSON into `out`, which is empty if anything is wrong. */
    Error to_json(std::string &out) const {
        LarkError error;
        out.resize(out.capacity() < 1024 ? 1024 : out.capacity());
        for (;;) {
            std::size_t len = 0;
            const LarkErrorKind kind = lark_to_json(&raw_, out.data(), out.size(), &len, &error);
            out.resize(kind == LARK_ERROR_KIND_BUFFER_FULL ? out.size() * 2 : len);
            if (kind != LARK_ERROR_KIND_BUFFER_FULL) {
                return Error(error);
            }
        }
    }

    LarkSchema schema() const noexcept { return raw_.schema; }
    const LarkHeader &header() const noexcept { return raw_.header; }
    LarkEvent_Tag tag() const noexcept { return raw_.event.tag; }
    const LarkEvent &event() const noexcept { return raw_.event; }

    /** The event if it is an `E`, such as `LarkProcessUpdated`, else null. */
    template <class E> const E *event_if() const noexcept {
        return raw_.event.tag == EventTraits<E>::tag ? EventTraits<E>::of(raw_.event) : nullptr;
    }

    /** The JSON of the event in the body it was decoded from. */
    std::string_view raw_event(std::string_view body) const noexcept {
        const LarkSpan span = raw_.raw_event;
        return span.offset <= body.size() ? body.substr(span.offset, span.len) : std::string_view();
    }

    const LarkEnvelope &raw() const noexcept { return raw_; }

  private:
    static const std::uint8_t *bytes(std::string_view text) noexcept {
        return reinterpret_cast<const std::uint8_t *>(text.data());
    }

    LarkEnvelope raw_{};
};

} // namespace lark

#endif /* LARK_EVENT_HPP */
