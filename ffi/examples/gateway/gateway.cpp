/*
 * A gateway without a heap: a modem passes on the requests of a webhook over a serial line, and each event is handled
 * once.
 *
 * The modem terminates TLS and HTTP. It sends, for each request, an id and a length (two bytes each, the high one
 * first) and then as many bytes: the headers as `Name: value` in a line each (at most eight that begin with X-Lark-), an
 * empty line, and the body as it came. For each it gets a line back, `<id> <status> <json>`, and answers the platform
 * with that. The order may be another.
 *
 *     UART0_Handler   bytes -> frames        takes what comes in, at once
 *     PendSV_Handler  frames -> events       verifies, decrypts and decodes, and answers all but events
 *     main()          events -> your code    handles, and answers 200 when that is done
 *
 * What there is no room for is answered 503: the platform delivers it again. No request remains without an answer,
 * but for one that is cut off, which gets it when the next byte comes, or none if that was within its first four bytes.
 *
 * To build it, with CORE="-mcpu=cortex-m4 -mthumb" and FLAGS="$CORE -Os -ffunction-sections -Ilark/include":
 *
 *     sh ../../install.sh --target thumbv7em-none-eabi lark
 *     arm-none-eabi-gcc -std=c99 $FLAGS -c board_lm3s6965.c
 *     arm-none-eabi-g++ -std=c++17 -fno-exceptions -fno-rtti $FLAGS -c gateway.cpp
 *     arm-none-eabi-g++ $CORE --specs=nano.specs -nostartfiles -Wl,--gc-sections,-z,noexecstack -T lm3s6965.ld \
 *         board_lm3s6965.o gateway.o lark/lib/liblark_event.a -o gateway.elf
 *
 * Debian's packages: gcc-arm-none-eabi, libnewlib-arm-none-eabi, libstdc++-arm-none-eabi-newlib.
 */
#include "board.h"
#include "ring.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <lark_event.hpp>
#include <optional>
#include <string_view>

namespace {

// For the example. A product reads them from protected storage, and wipes its copies when the webhook has them.
constexpr std::string_view encrypt_key = "test key";
constexpr std::string_view verification_token = "tok";

constexpr std::size_t frame_capacity = 14 * 1024 + 512; // a job change that fills its struct, encrypted
constexpr std::size_t header_capacity = 8;              // of those that begin with X-Lark-; there are three
constexpr std::size_t remembered_events = 128;          // choose more than come in twelve hours; a reset forgets
constexpr std::uint64_t frame_gap_ms = 250;             // a frame comes without pauses

/** A request as the modem sends it. */
struct Frame {
    std::uint16_t id;
    std::uint16_t len;
    std::uint8_t bytes[frame_capacity];
};

/** A request that gets no further, and why. */
struct Refusal {
    std::uint16_t id;
    LarkErrorKind kind;
};

/** An event to be handled. */
struct Item {
    std::uint16_t id; // of the request
    lark::Envelope envelope;
    lark::Error field_error;
};

Ring<Frame, 2> frames;      // from UART0_Handler to PendSV_Handler
Ring<Refusal, 64> refusals; // likewise; as many as the modem has connections, so that it seldom has to wait
Ring<Item, 2> events;       // from PendSV_Handler to main()

lark::Webhook webhook;                // set up before there are interrupts, then only read
lark::Dedup<remembered_events> dedup; // for PendSV_Handler, and for main() under a Lock
// Sending is likewise for PendSV_Handler, and for main() under a Lock.

/** Keeps PendSV_Handler out. Bytes go on coming in. */
class Lock {
  public:
    Lock() noexcept : before_(board_lock()) {}
    ~Lock() { board_unlock(before_); }
    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;

  private:
    std::uint32_t before_;
};

// ---- text ----

/** A line of text. What does not fit is left out. */
class Line {
  public:
    /** Adds text as it is. */
    Line &raw(std::string_view text) noexcept {
        len_ += text.copy(text_ + len_, sizeof text_ - 1 - len_);
        text_[len_] = '\0';
        return *this;
    }

    /** Adds text from outside: a line is a line, whatever is in it. */
    Line &text(std::string_view text) noexcept {
        for (const char c : text) {
            raw(c > ' ' && c <= '~' ? std::string_view(&c, 1) : "?");
        }
        return *this;
    }

    Line &number(std::int32_t value) noexcept {
        char digits[12];
        const char *end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        return raw({digits, static_cast<std::size_t>(end - digits)});
    }

    std::string_view view() const noexcept { return {text_, len_}; }
    void log() const noexcept { board_log(text_); }

  private:
    char text_[640] = "";
    std::size_t len_ = 0;
};

/** Answers a request. In PendSV_Handler, or under a Lock. */
void reply(std::uint16_t id, LarkErrorKind kind, const lark::Delivery *delivery = nullptr) noexcept {
    char json[600]; // a challenge has 36 characters; one that does not fit is answered 500
    std::size_t len = 0;
    const LarkDelivery *raw = delivery != nullptr ? &delivery->raw() : nullptr;
    const unsigned status = lark_webhook_reply(kind, raw, json, sizeof json, &len);
    Line line;
    line.number(id).raw(" ").number(static_cast<std::int32_t>(status)).raw(" ").raw({json, len}).raw("\n");
    board_uart_write(line.view().data(), line.view().size());
}

// ---- UART0: from bytes to frames ----

/** Puts frames together, one byte after the other. */
class Intake {
  public:
    /** Takes a byte; for each one there must be a vacant refusal. Returns whether there is something to do. */
    bool take(std::uint8_t byte, std::uint64_t now_ms) noexcept {
        const bool cut = have_ > 0 && now_ms - last_ms_ > frame_gap_ms && abandon();
        last_ms_ = now_ms;
        if (have_ < sizeof head_) {
            head_[have_++] = byte;
            if (have_ == sizeof head_) {
                begin();
            }
        } else {
            if (frame_ != nullptr) {
                frame_->bytes[have_ - sizeof head_] = byte;
            }
            ++have_;
        }
        return (have_ >= sizeof head_ && have_ == sizeof head_ + len() && end()) || cut;
    }

  private:
    std::uint16_t id() const noexcept { return static_cast<std::uint16_t>(head_[0] << 8 | head_[1]); }
    std::uint16_t len() const noexcept { return static_cast<std::uint16_t>(head_[2] << 8 | head_[3]); }

    /** Id and length are known: finds a place for the frame. Without one its bytes go nowhere. */
    void begin() noexcept {
        frame_ = len() <= frame_capacity ? frames.vacant() : nullptr;
        if (frame_ != nullptr) {
            frame_->id = id();
            frame_->len = len();
        }
    }

    bool end() noexcept {
        if (frame_ != nullptr) {
            frames.publish();
        } else {
            refuse(len() > frame_capacity ? LARK_ERROR_KIND_TOO_LARGE : LARK_ERROR_KIND_IN_PROGRESS);
        }
        have_ = 0;
        return true;
    }

    /** The rest of a frame does not come: bytes were lost, or the modem has restarted. What comes now begins another.
     *  Bytes that are wrong need no care here: the signature does not fit them. Returns whether there is something to
     *  do. */
    bool abandon() noexcept {
        const bool known = have_ >= sizeof head_;
        if (known) {
            refuse(LARK_ERROR_KIND_UNEXPECTED_END);
        }
        have_ = 0;
        return known;
    }

    void refuse(LarkErrorKind kind) noexcept {
        if (Refusal *refusal = refusals.vacant()) {
            *refusal = {id(), kind};
            refusals.publish();
        }
    }

    std::uint8_t head_[4]{};
    std::size_t have_ = 0; // bytes of the frame, its head included
    std::uint64_t last_ms_ = 0;
    Frame *frame_ = nullptr;
};

Intake intake; // for UART0_Handler alone

// ---- PendSV: from frames to events ----

/** The headers and the body of a request, which lie in its frame. */
struct Request {
    LarkHttpHeader headers[header_capacity];
    std::size_t count = 0;
    std::uint8_t *body = nullptr;
    std::size_t len = 0;
};

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    text.remove_suffix(text.size() - (text.find_last_not_of(blanks) + 1));
    return text;
}

/** Whether a header is one of those that the webhook looks at; upper and lower case do not matter. */
bool is_lark_header(std::string_view name) noexcept {
    constexpr std::string_view prefix = "x-lark-";
    const auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); };
    return name.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), name.begin(), same);
}

/** Reads `Name: value`; false if there is no colon, or no room. */
bool read_header(std::string_view line, Request &request) noexcept {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) {
        return false;
    }
    const std::string_view name = line.substr(0, colon);
    if (!is_lark_header(name)) {
        return true;
    }
    if (request.count == header_capacity) {
        return false;
    }
    line.remove_prefix(colon + 1);
    request.headers[request.count++] = lark::http_header(name, trim(line));
    return true;
}

/** Tells headers from body; false if the frame ends before its headers do, or one is no header. */
bool read_request(Frame &frame, Request &request) noexcept {
    std::string_view rest(reinterpret_cast<const char *>(frame.bytes), frame.len);
    for (;;) {
        const std::size_t end = rest.find('\n');
        if (end == rest.npos) {
            return false;
        }
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        if (line.empty()) {
            request.body = frame.bytes + (frame.len - rest.size());
            request.len = rest.size();
            return true;
        }
        if (!read_header(line, request)) {
            return false;
        }
    }
}

/** What is to be answered of an event that was handled before, or is being; nothing for a new one. */
std::optional<LarkErrorKind> already_seen(std::string_view event_id) noexcept {
    switch (dedup.begin(event_id, board_now_ms())) {
    case LARK_SEEN_NEW:
        return std::nullopt;
    case LARK_SEEN_DUPLICATE:
        return 0;
    case LARK_SEEN_IN_PROGRESS:
        return LARK_ERROR_KIND_IN_PROGRESS;
    default: // without an id it could not be told from its repetition
        return LARK_ERROR_KIND_MISSING;
    }
}

/** With one bad field everything else is there, and the event is handled all the same. But without its type it cannot be
 *  told, and without its id not from its repetition. */
bool can_be_handled(const Item &event) noexcept {
    const LarkHeader &header = event.envelope.header();
    const bool told = header.event_type.len > 0 && header.event_id.len > 0 && event.envelope.tag() != LARK_EVENT_NONE;
    return told && (!event.field_error || event.field_error.is_field());
}

/** Decodes an event to where main() takes it from. Returns the answer, or nothing if main() is to give it. */
std::optional<LarkErrorKind> pass_on(std::uint16_t id, const lark::Delivery &delivery) noexcept {
    Item *event = events.vacant();
    if (event == nullptr) { // before anything is noted of it, so that its next delivery is a new one
        return LARK_ERROR_KIND_IN_PROGRESS;
    }
    event->id = id;
    event->field_error = event->envelope.decode(delivery.text());
    if (!can_be_handled(*event)) {
        return event->field_error ? event->field_error.kind() : LARK_ERROR_KIND_MISSING;
    }
    const std::optional<LarkErrorKind> seen = already_seen(lark::view(event->envelope.header().event_id));
    if (!seen) {
        events.publish();
    }
    return seen;
}

void serve(Frame &frame) noexcept {
    Request request;
    lark::Delivery delivery;
    if (!read_request(frame, request)) {
        return reply(frame.id, LARK_ERROR_KIND_UNEXPECTED_END);
    }
    // The time since the start will do without a tolerance. With set_tolerance_ms() it must be that since 1970.
    const lark::Error error =
        webhook.open(request.headers, request.count, request.body, request.len, board_now_ms(), delivery);
    if (error || !delivery.is_event()) {
        return reply(frame.id, error.kind(), &delivery);
    }
    if (const std::optional<LarkErrorKind> answer = pass_on(frame.id, delivery)) {
        reply(frame.id, *answer);
    }
}

void answer_refusals() noexcept {
    while (const Refusal *refusal = refusals.front()) {
        reply(refusal->id, refusal->kind);
        refusals.release();
    }
    board_uart_listen(true); // it may have stopped for want of room
}

// ---- main: the events ----

void add_process(Line &line, const LarkText_64 &process_id, std::uint32_t tag, const char *field,
                 std::optional<std::int32_t> status) noexcept {
    line.raw(" ").text(lark::view(process_id));
    if (!status) {
        return;
    }
    if (const char *name = lark_value_name(tag, field, *status)) {
        line.raw(" ").raw(name);
    } else { // the platform adds values
        line.raw(" ").number(*status);
    }
}

void add_details(Line &line, const lark::Envelope &envelope) noexcept {
    const std::uint32_t tag = envelope.tag();
    if (const auto *event = envelope.event_if<LarkProcessUpdated>()) {
        add_process(line, event->process_id, tag, "status", lark::get(event->status));
    } else if (const auto *event = envelope.event_if<LarkProcessStatusUpdate>()) {
        add_process(line, event->process_id, tag, "status", lark::get(event->status));
    } else if (const auto *event = envelope.event_if<LarkProcessNodeUpdated>()) {
        add_process(line, event->process_id, tag, "node_status", lark::get(event->node_status));
    } else if (const auto *event = envelope.event_if<LarkProcessApproverUpdated>()) {
        add_process(line, event->process_id, tag, "status", lark::get(event->status));
    } else if (const auto *event = envelope.event_if<LarkProcessCcUpdated>()) {
        add_process(line, event->process_id, tag, "status", lark::get(event->status));
    }
}

void log_field(const lark::Error &error) noexcept {
    char field[64];
    lark_error_field(&error.raw(), field, sizeof field);
    Line line;
    line.raw("field ").raw(field).raw(" ").raw(lark_error_kind_name(error.kind())).raw("\n").log();
}

/** Handles an event: replace it by what you do. Returns whether that is done; if not, the event comes again. */
bool handle(const Item &event) noexcept {
    const LarkHeader &header = event.envelope.header();
    if (event.field_error) {
        log_field(event.field_error);
    }
    Line line;
    line.raw("handled ").text(lark::view(header.event_type)).raw(" ").text(lark::view(header.event_id));
    add_details(line, event.envelope);
    line.raw("\n").log();
    return true;
}

/** Takes note of what has become of an event, answers, and gives its slot back. */
void finish(const Item &event, bool handled) noexcept {
    const std::string_view event_id = lark::view(event.envelope.header().event_id);
    const Lock lock; // until the slot is free, or the modem's next event might find none
    if (handled) {
        dedup.commit(event_id, board_now_ms());
    } else {
        dedup.abort(event_id);
    }
    reply(event.id, handled ? 0 : LARK_ERROR_KIND_HANDLER);
    events.release();
}

/** Sleeps unless there is an event. One that comes after the look at the ring ends the sleep, since its interrupt waits
 *  and does not come in between. */
void sleep() noexcept {
    board_disable_interrupts();
    if (events.front() == nullptr) {
        board_sleep();
    }
    board_enable_interrupts();
}

} // namespace

extern "C" void UART0_Handler() {
    std::uint8_t byte;
    while (refusals.vacant() != nullptr && board_uart_read(&byte)) {
        if (intake.take(byte, board_now_ms())) {
            board_defer();
        }
    }
    // Bytes that cannot be taken wait in the UART, which lets the modem wait where the lines RTS and CTS are connected.
    if (refusals.vacant() == nullptr) {
        board_uart_listen(false);
        board_defer();
    }
}

extern "C" void PendSV_Handler() {
    answer_refusals();
    while (Frame *frame = frames.front()) {
        serve(*frame);
        frames.release();
        answer_refusals();
    }
}

int main() {
    board_init();
    if (lark_envelope_size() != sizeof(LarkEnvelope) || webhook.init(encrypt_key, verification_token)) {
        return 1;
    }
    board_uart_listen(true);
    board_log("ready\n"); // what was sent before is lost
    for (;;) {
        if (const Item *event = events.front()) {
            finish(*event, handle(*event));
        } else {
            sleep();
        }
    }
}
