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
 *
 *     static lark::Item item; // a list of objects is read from the body, one object at a time
 *     for (const LarkSubEvent &sub_event : item.each<LarkSubEvent>(body, event->sub_events)) {
 *         std::cout << lark::view(sub_event.entity) << '\n';
 *     }
 *
 *     lark::Json open_id; // of an event without a struct
 *     const lark::Error error = open_id.find(envelope.raw_event(body), "/sender/sender_id/open_id");
 *     if (!error && open_id.is_string()) { std::cout << open_id.text().value_or("") << '\n'; }
 *
 *     lark::Webhook webhook; // once, with webhook.init(encrypt_key, verification_token)
 *     lark::Delivery delivery;
 *     lark::Error error = webhook.open(headers, count, body, len, now_ms, delivery);
 *     if (!error && delivery.is_event()) {
 *         error = envelope.decode(delivery.text());
 *     }
 *     const lark::Reply reply = lark::reply(error, &delivery); // its status and body are what to send back
 *
 * Threads may share a Webhook that has been set up; a Dedup needs a mutex.
 *
 *     lark::Session session(bytes, sizeof bytes, parts, 32, seed); // over memory that it lends
 *     lark::Action action; // what to do: for (;;) { error = session.poll(now_ms, out, sizeof out, action); ... }
 *     lark::Received received; // what has come: session.handle_message(message, now_ms, received)
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

/** The tag of an object of a list, and the struct in the union; for every type of `LARK_ITEM_TYPES`. */
template <class T> struct ItemTraits;

/** @cond */
#define LARK_ITEM_TRAITS(type, member, number)                                                                         \
    template <> struct ItemTraits<type> {                                                                              \
        static constexpr std::uint32_t tag = number;                                                                   \
        static const type *of(const LarkItem &item) noexcept { return &item.member; }                                  \
    };
LARK_ITEM_TYPES(LARK_ITEM_TRAITS)
#undef LARK_ITEM_TRAITS
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
template <class Opt, class Value = std::remove_const_t<decltype(Opt::value)>,
          std::enable_if_t<std::is_arithmetic_v<Value>, bool> = true>
std::optional<Value> get(const Opt &opt) noexcept {
    return opt.present ? std::optional<Value>(opt.value) : std::nullopt;
}

/** The object, or null where it is absent. For every `LarkObject_T`. */
template <class Object, class Value = std::remove_const_t<decltype(Object::value)>,
          std::enable_if_t<std::is_class_v<Value>, int> = 0>
const Value *get(const Object &object) noexcept {
    return object.present ? &object.value : nullptr;
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
template <class List, class = decltype(List::offsets)> ListView<List> list(const List &list) noexcept {
    return ListView<List>(list);
}

/** What a call has found wrong; true if anything. */
class [[nodiscard]] Error {
  public:
    Error() noexcept = default;
    explicit Error(const LarkError &error) noexcept : raw_(error) {}
    /** A fault of that kind without anything else; none for 0. */
    static Error of_kind(LarkErrorKind kind) noexcept {
        LarkError raw{};
        raw.kind = kind;
        return Error(raw);
    }
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

    /** Writes the envelope as JSON into `out`, which is empty if anything is wrong: `LARK_ERROR_KIND_UNTYPED` where only
     *  the body has all of the event, because it has no struct or a list of objects. */
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

    /** The JSON of the event in the body it was decoded from: what Json::find() looks into where there is no struct. */
    std::string_view raw_event(std::string_view body) const noexcept {
        const LarkSpan span = raw_.raw_event;
        return span.offset <= body.size() ? body.substr(span.offset, span.len) : std::string_view();
    }

    const LarkEnvelope &raw() const noexcept { return raw_; }

  private:
    friend class Webhook;
    static const std::uint8_t *bytes(std::string_view text) noexcept {
        return reinterpret_cast<const std::uint8_t *>(text.data());
    }

    LarkEnvelope raw_{};
};

/** An object of a list, ready for use. About 7 KB: keep it static or in a member rather than on a small stack. */
class Item {
  public:
    /** The objects of a list, for one `for` loop. They are read into the Item, one after the other: a loop inside of
     *  the loop needs an Item of its own. */
    template <class T> class Each {
      public:
        class iterator {
          public:
            explicit iterator(Each *each) noexcept : each_(each) {}
            const T &operator*() const noexcept { return *each_->item_->template item_if<T>(); }
            const T *operator->() const noexcept { return &**this; }
            iterator &operator++() noexcept {
                each_ = each_->next() ? each_ : nullptr;
                return *this;
            }
            bool operator!=(const iterator &other) const noexcept { return each_ != other.each_; }
            bool operator==(const iterator &other) const noexcept { return each_ == other.each_; }

          private:
            Each *each_;
        };

        Each(Item &item, std::string_view body, const LarkObjectList &list) noexcept
            : item_(&item), body_(body), rest_(list) {}
        /** Reads the first object. */
        iterator begin() noexcept { return ++iterator(this); }
        iterator end() noexcept { return iterator(nullptr); }

      private:
        bool next() noexcept {
            const bool is_one = item_->next(body_, rest_);
            if (is_one && item_->item_if<T>() == nullptr) {
                item_->error_ = Error::of_kind(LARK_ERROR_KIND_INVALID_ARGUMENT);
                return false;
            }
            return is_one;
        }

        Item *item_;
        std::string_view body_;
        LarkObjectList rest_;
    };

    /** As lark_next_item: takes the first object off `list`, which is a copy of that in the event, and returns whether there
     *  was one. `body` is the one that the event was decoded from. */
    bool next(std::string_view body, LarkObjectList &list) noexcept {
        LarkError error;
        const bool is_one = lark_next_item(reinterpret_cast<const std::uint8_t *>(body.data()), body.size(), &list,
                                           &raw_, &error);
        error_ = Error(error);
        return is_one;
    }

    /** The objects of a list, which are `T`, such as `LarkSubEvent`; if they are not, there are none and error() tells. */
    template <class T> Each<T> each(std::string_view body, const LarkObjectList &list) noexcept {
        return {*this, body, list};
    }

    /** What was wrong when the object was read: one of its fields, which is absent. Behind the last object, whether that was
     *  the end of the list: if not, `body` is not the one that the list was found in. */
    const Error &error() const noexcept { return error_; }
    LarkItem_Tag tag() const noexcept { return raw_.tag; }
    /** The object if it is a `T`, else null. */
    template <class T> const T *item_if() const noexcept {
        return raw_.tag == ItemTraits<T>::tag ? ItemTraits<T>::of(raw_) : nullptr;
    }
    const LarkItem &raw() const noexcept { return raw_; }

  private:
    LarkItem raw_{};
    Error error_;
};

/** The tags of all event types that have a struct, for `for` loops: lark_event_type_name() and the like tell more. */
class EventTypes {
  public:
    class iterator {
      public:
        explicit iterator(std::uint32_t tag) noexcept : tag_(tag) {}
        std::uint32_t operator*() const noexcept { return tag_; }
        iterator &operator++() noexcept {
            tag_ = lark_event_type_next(tag_);
            return *this;
        }
        bool operator!=(const iterator &other) const noexcept { return tag_ != other.tag_; }
        bool operator==(const iterator &other) const noexcept { return tag_ == other.tag_; }

      private:
        std::uint32_t tag_;
    };

    iterator begin() const noexcept { return ++iterator(0); }
    iterator end() const noexcept { return iterator(0); }
};

/** A value that has been found in a JSON document, or none. It points into the document. */
class Json {
  public:
    /** As lark_json_pointer: finds the value at `pointer`, such as `"/sender/sender_id/open_id"`. That there is none is no
     *  error: found() tells. */
    Error find(std::string_view json, const char *pointer) noexcept {
        LarkError error;
        lark_json_pointer(reinterpret_cast<const std::uint8_t *>(json.data()), json.size(), pointer, &raw_, &error);
        return Error(error);
    }

    /** `LARK_JSON_KIND_NONE`, ... */
    LarkJsonKind kind() const noexcept { return raw_.kind; }
    /** Whether the document has such a value, be it `null`. */
    bool found() const noexcept { return raw_.kind != LARK_JSON_KIND_NONE; }
    bool is_null() const noexcept { return raw_.kind == LARK_JSON_KIND_NULL; }
    bool is_string() const noexcept { return raw_.kind == LARK_JSON_KIND_STRING; }
    bool is_array() const noexcept { return raw_.kind == LARK_JSON_KIND_ARRAY; }
    bool is_object() const noexcept { return raw_.kind == LARK_JSON_KIND_OBJECT; }

    /** The boolean, if it is one. */
    std::optional<bool> boolean() const noexcept {
        return raw_.kind == LARK_JSON_KIND_BOOLEAN ? std::optional<bool>(raw_.boolean) : std::nullopt;
    }
    /** The integer, if it is one that fits. */
    std::optional<std::int64_t> integer() const noexcept {
        return raw_.is_integer ? std::optional<std::int64_t>(raw_.integer) : std::nullopt;
    }
    /** The text with its escapes undone, if it is a string. */
    std::optional<std::string> text() const {
        if (!is_string()) {
            return std::nullopt;
        }
        std::string out(raw_.len, '\0');
        std::size_t len = 0;
        if (lark_json_text(&raw_, out.data(), out.size(), &len, nullptr) != 0) {
            return std::nullopt;
        }
        out.resize(len);
        return out;
    }
    /** As lark_json_text: writes the text into a buffer, with a NUL behind it. */
    Error text(char *out, std::size_t cap, std::size_t &len) const noexcept {
        LarkError error;
        lark_json_text(&raw_, out, cap, &len, &error);
        return Error(error);
    }
    /** The JSON of the value as it stands in the document, a string with its quotes; what find() takes. */
    std::string_view json() const noexcept { return {reinterpret_cast<const char *>(raw_.data), raw_.len}; }
    const LarkJson &raw() const noexcept { return raw_; }

  private:
    LarkJson raw_{};
};

/** A header of an HTTP request, for Webhook::open(). It points to name and value. */
inline LarkHttpHeader http_header(std::string_view name, std::string_view value) noexcept {
    return {name.data(), name.size(), value.data(), value.size()};
}

/** What a request has brought. It points into the request's body. */
class Delivery {
  public:
    /** Whether the platform asks whether the address is ours: send reply() back within one second. */
    bool is_challenge() const noexcept { return raw_.kind == LARK_DELIVERY_KIND_CHALLENGE; }
    /** Whether it is an event: its text() is for Envelope::decode(). */
    bool is_event() const noexcept { return raw_.kind == LARK_DELIVERY_KIND_EVENT; }
    /** The plain JSON of the event, or the text of the challenge; empty if there is neither. */
    std::string_view text() const noexcept { return {reinterpret_cast<const char *>(raw_.data), raw_.len}; }
    const LarkDelivery &raw() const noexcept { return raw_; }

  private:
    friend class Webhook;
    LarkDelivery raw_{};
};

/** A reply: HTTP status and JSON. The `Content-Type` is `LARK_WEBHOOK_CONTENT_TYPE`. */
struct Reply {
    unsigned status;
    std::string body;
};

/** As lark_webhook_reply: the reply to a request with which `error` is wrong, or that has been taken care of. */
inline Reply reply(const Error &error, const Delivery *delivery = nullptr) {
    const bool is_challenge = delivery != nullptr && delivery->is_challenge();
    std::string body(64 + (is_challenge ? 6 * delivery->text().size() : 0), '\0');
    std::size_t len = 0;
    const unsigned status = lark_webhook_reply(error.kind(), delivery != nullptr ? &delivery->raw() : nullptr,
                                               body.data(), body.size(), &len);
    body.resize(len);
    return {status, body};
}

/** Tells genuine requests from others, and wipes its secrets when it ends. Not copied and not moved: that would leave
 *  copies of them behind. Until init() it accepts nothing. */
class Webhook {
  public:
    using Secret = std::optional<std::string_view>;

    Webhook() noexcept = default;
    Webhook(const Webhook &) = delete;
    Webhook &operator=(const Webhook &) = delete;
    ~Webhook() { lark_webhook_clear(&raw_); }

    /** As lark_webhook_init. Wipe your own copies of the secrets. */
    Error init(Secret encrypt_key, Secret verification_token) noexcept {
        return Error::of_kind(lark_webhook_init(&raw_, data(encrypt_key), size(encrypt_key), data(verification_token),
                                                size(verification_token)));
    }
    /** As lark_webhook_init_insecure: takes every request for genuine. */
    void init_insecure() noexcept { lark_webhook_init_insecure(&raw_); }
    /** As lark_webhook_set_previous. */
    Error set_previous(Secret encrypt_key, Secret verification_token) noexcept {
        return Error::of_kind(lark_webhook_set_previous(&raw_, data(encrypt_key), size(encrypt_key),
                                                        data(verification_token), size(verification_token)));
    }
    /** How many bytes a body may have: where a server should stop reading. */
    std::uint32_t max_body() const noexcept { return raw_.max_body; }
    void set_max_body(std::uint32_t bytes) noexcept { lark_webhook_set_max_body(&raw_, bytes); }
    /** As lark_webhook_set_tolerance_ms. */
    void set_tolerance_ms(std::uint64_t tolerance_ms) noexcept { lark_webhook_set_tolerance_ms(&raw_, tolerance_ms); }
    /** As lark_webhook_clear. */
    void clear() noexcept { lark_webhook_clear(&raw_); }

    /** As lark_webhook_open: verifies a request and decrypts its body in place. */
    Error open(const LarkHttpHeader *headers, std::size_t count, std::uint8_t *body, std::size_t len,
               std::uint64_t now_ms, Delivery &delivery) const noexcept {
        LarkError error;
        lark_webhook_open(&raw_, headers, count, body, len, now_ms, &delivery.raw_, &error);
        return Error(error);
    }

    /** As lark_webhook_receive: verifies a request and decodes its event. With an error and a delivery that is an event,
     *  the request is genuine and a field of the event is wrong. */
    Error receive(const LarkHttpHeader *headers, std::size_t count, std::uint8_t *body, std::size_t len,
                  std::uint64_t now_ms, Envelope &envelope, Delivery &delivery) const noexcept {
        LarkError error;
        lark_webhook_receive(&raw_, headers, count, body, len, now_ms, &envelope.raw_, &delivery.raw_, &error);
        return Error(error);
    }

  private:
    /* NULL says that there is none, which an empty view must not. */
    static const char *data(const Secret &secret) noexcept {
        return !secret ? nullptr : secret->data() != nullptr ? secret->data() : "";
    }
    static std::size_t size(const Secret &secret) noexcept { return secret ? secret->size() : 0; }

    LarkWebhook raw_{};
};

/** Remembers the last `N` events, so that each is handled once. For one thread at a time; N slots of 40 bytes. */
template <std::size_t N> class Dedup {
    static_assert(N > 0, "a window without slots remembers nothing");

  public:
    explicit Dedup(std::uint64_t ttl_ms = LARK_DEDUP_TTL_MS) noexcept { lark_dedup_init(&raw_, slots_, N, ttl_ms); }
    Dedup(const Dedup &) = delete;
    Dedup &operator=(const Dedup &) = delete;

    /** As lark_dedup_begin: `LARK_SEEN_NEW`, `LARK_SEEN_DUPLICATE` or `LARK_SEEN_IN_PROGRESS`. */
    [[nodiscard]] LarkSeen begin(std::string_view id, std::uint64_t now_ms) noexcept {
        return lark_dedup_begin(&raw_, id.data(), id.size(), now_ms);
    }
    /** The event has been handled. */
    void commit(std::string_view id, std::uint64_t now_ms) noexcept {
        lark_dedup_commit(&raw_, id.data(), id.size(), now_ms);
    }
    /** The event could not be handled: its next delivery counts as new. */
    void abort(std::string_view id) noexcept { lark_dedup_abort(&raw_, id.data(), id.size()); }

  private:
    LarkDedupSlot slots_[N];
    LarkDedup raw_;
};

/** The platform's reply to the question where to connect to. */
class Endpoint {
  public:
    /** As lark_endpoint_request: writes the body of the question into `out`, which holds the secret. */
    static Error request(std::string_view app_id, std::string_view app_secret, std::string &out) {
        out.assign(32 + 6 * (app_id.size() + app_secret.size()), '\0');
        std::size_t len = 0;
        const LarkErrorKind kind = lark_endpoint_request(app_id.data(), app_id.size(), app_secret.data(),
                                                         app_secret.size(), out.data(), out.size(), &len);
        out.resize(len);
        return Error::of_kind(kind);
    }

    /** As lark_endpoint_read. */
    Error read(std::string_view body) noexcept {
        LarkError error;
        lark_endpoint_read(&raw_, reinterpret_cast<const std::uint8_t *>(body.data()), body.size(), &error);
        return Error(error);
    }
    LarkEndpointCode code() const noexcept { return raw_.code; }
    /** What the platform says about the code. */
    std::string_view msg() const noexcept { return view(raw_.msg); }
    /** The address of the WebSocket. It is a secret: whoever has it can connect once. */
    std::string_view url() const noexcept { return view(raw_.url); }
    const LarkEndpoint &raw() const noexcept { return raw_; }

  private:
    LarkEndpoint raw_{};
};

/** What a session says to do. */
class Action {
  public:
    /** `LARK_ACTION_KIND_CONNECT`, ... */
    LarkActionKind kind() const noexcept { return raw_.kind; }
    /** The binary message to send, in the buffer that Session::poll() was given. */
    std::string_view message() const noexcept { return {reinterpret_cast<const char *>(raw_.message), raw_.len}; }
    /** Until when to wait. */
    std::uint64_t until_ms() const noexcept { return raw_.until_ms; }
    /** Why the session is over. */
    LarkEnd end() const noexcept { return raw_.end; }
    /** What the platform has said, if it is over because of that. */
    LarkEndpointCode code() const noexcept { return raw_.code; }

  private:
    friend class Session;
    LarkAction raw_{};
};

/** What has come of a message. It points into the message, or into the memory of the session. */
class Received {
  public:
    /** Whether it is an event: its json() is for Envelope::decode(). */
    bool is_event() const noexcept { return raw_.kind == LARK_RECEIVED_KIND_EVENT; }
    /** Whether it is a card or something unknown: answer with false, unless you know what to do about it. */
    bool is_unhandled() const noexcept { return raw_.kind == LARK_RECEIVED_KIND_UNHANDLED; }
    /** The JSON of the event. */
    std::string_view json() const noexcept { return {reinterpret_cast<const char *>(raw_.json), raw_.json_len}; }
    /** What Session::answer() needs. It points to the message: who answers later keeps a copy of that. */
    const LarkAck &ack() const noexcept { return raw_.ack; }

  private:
    friend class Session;
    LarkReceived raw_{};
};

/** A long connection, or one after the other: what to do when, without doing it. For one thread at a time. Not copied and
 *  not moved: there would be two over the same memory. */
class Session {
  public:
    /** As lark_session_init. `bytes` and `parts` are for events that come in several messages, and must stay where they
     *  are; with no good memory the session is over. */
    Session(std::uint8_t *bytes, std::size_t bytes_len, LarkPart *parts, std::size_t parts_count,
            std::uint64_t seed) noexcept {
        lark_session_init(&raw_, bytes, bytes_len, parts, parts_count, seed);
    }
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    /** As lark_session_poll: what to do now. `out` needs `LARK_SESSION_PING_ROOM` bytes. */
    Error poll(std::uint64_t now_ms, std::uint8_t *out, std::size_t cap, Action &action) noexcept {
        return Error::of_kind(lark_session_poll(&raw_, now_ms, out, cap, &action.raw_));
    }
    /** As lark_session_handle_endpoint: whether to connect to the address. */
    [[nodiscard]] bool handle_endpoint(const Endpoint &endpoint, std::uint64_t now_ms) noexcept {
        return lark_session_handle_endpoint(&raw_, &endpoint.raw(), now_ms);
    }
    /** The WebSocket is open. */
    void handle_open(std::uint64_t now_ms) noexcept { lark_session_handle_open(&raw_, now_ms); }
    /** As lark_session_handle_refusal; a header that is not there is empty. */
    void handle_refusal(std::string_view status, std::string_view auth_error_code, std::uint64_t now_ms) noexcept {
        lark_session_handle_refusal(&raw_, status.data(), status.size(), auth_error_code.data(), auth_error_code.size(),
                                    now_ms);
    }
    /** The connection is lost, or could not be made. */
    void handle_disconnect(std::uint64_t now_ms) noexcept { lark_session_handle_disconnect(&raw_, now_ms); }
    /** As lark_session_handle_message: takes a whole binary message. */
    Error handle_message(std::string_view message, std::uint64_t now_ms, Received &received) noexcept {
        LarkError error;
        lark_session_handle_message(&raw_, reinterpret_cast<const std::uint8_t *>(message.data()), message.size(),
                                    now_ms, &received.raw_, &error);
        return Error(error);
    }
    /** As lark_session_answer: writes the answer to an event, and makes `answer` what there is to be sent; empty if
     *  nothing. `out` needs `LARK_SESSION_ANSWER_ROOM` more bytes than the message. */
    Error answer(const LarkAck &ack, bool handled, std::uint64_t now_ms, std::uint8_t *out, std::size_t cap,
                 std::string_view &answer) noexcept {
        std::size_t len = 0;
        const LarkErrorKind kind = lark_session_answer(&raw_, &ack, handled, now_ms, out, cap, &len);
        answer = {reinterpret_cast<const char *>(out), len};
        return Error::of_kind(kind);
    }
    /** As lark_session_close: go on with poll() until it says that it is over. */
    void close() noexcept { lark_session_close(&raw_); }

    /** What the platform has said last. */
    const LarkClientConfig &config() const noexcept { return raw_.config; }
    /** What holds until the platform says something else. */
    void set_config(const LarkClientConfig &config) noexcept { raw_.config = config; }
    /** How often it was told to connect. */
    std::uint32_t connections() const noexcept { return raw_.connection; }
    /** How many events of this connection have not been answered yet. */
    std::uint32_t unanswered() const noexcept { return raw_.unanswered; }
    /** When the last pong came, if any has. */
    std::optional<std::uint64_t> last_pong_ms() const noexcept {
        return raw_.pongs > 0 ? std::optional<std::uint64_t>(raw_.last_pong_ms) : std::nullopt;
    }

  private:
    LarkSession raw_{};
};

} // namespace lark

#endif /* LARK_EVENT_HPP */
