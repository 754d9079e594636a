// The C++ layer over the session of the long connection.
#include <cstdint>
#include <cstdio>
#include <lark_event.hpp>
#include <string>
#include <string_view>
#include <type_traits>

#include "check.h"
#include "frames.h"

static_assert(!std::is_copy_constructible_v<lark::Session> && !std::is_move_constructible_v<lark::Session>);

static std::uint8_t bytes[1024], out[1024];
static LarkPart parts[4];
static lark::Endpoint endpoint;
static lark::Action action;
static lark::Received received;

static LarkActionKind poll(lark::Session &session, std::uint64_t now_ms) {
    CHECK(!session.poll(now_ms, out, sizeof out, action));
    return action.kind();
}

static std::string_view message(const frame &frame) {
    return {reinterpret_cast<const char *>(frame.data), frame.len};
}

static void open(lark::Session &session) {
    CHECK(poll(session, 0) == LARK_ACTION_KIND_CONNECT);
    CHECK(!endpoint.read(R"({"code":0,"msg":"ok","data":{"URL":"wss://localhost/?service_id=7"}})"));
    CHECK(endpoint.url() == "wss://localhost/?service_id=7" && endpoint.msg() == "ok" && endpoint.code() == 0);
    CHECK(session.handle_endpoint(endpoint, 0));
    session.handle_open(0);
    CHECK(poll(session, 0) == LARK_ACTION_KIND_SEND && action.message().size() == 22);
}

static void conversation() {
    static frame frame, expected;
    lark::Session session(bytes, sizeof bytes, parts, 4, 1);
    std::string_view answer;
    open(session);
    CHECK(session.connections() == 1 && !session.last_pong_ms() && session.config().ping_interval_s == 120);
    begin(&frame, 0, 0, "pong");
    put_bytes(&frame, 8, "{\"PingInterval\":90}", 19);
    CHECK(!session.handle_message(message(frame), 5, received) && session.last_pong_ms() == 5U);
    CHECK(!received.is_event() && !received.is_unhandled() && session.config().ping_interval_s == 90);
    CHECK(poll(session, 6) == LARK_ACTION_KIND_WAIT && action.until_ms() == 90005);
    data_frame(&frame, "event", "m1", "2", "0", "{\"a\"", 4);
    CHECK(!session.handle_message(message(frame), 6, received) && !received.is_event());
    data_frame(&frame, "event", "m1", "2", "1", ":1}", 3);
    CHECK(!session.handle_message(message(frame), 7, received) && received.is_event());
    CHECK(received.json() == "{\"a\":1}" && session.unanswered() == 1);
    CHECK(session.answer(received.ack(), true, 10, out, 5, answer).kind() == LARK_ERROR_KIND_BUFFER_FULL);
    CHECK(answer.empty() && session.unanswered() == 1);
    answer_to(&expected, "event", "m1", "2", "1", "3", "{\"code\":200}");
    CHECK(!session.answer(received.ack(), true, 10, out, sizeof out, answer) && answer == message(expected));
    const lark::Error error = session.handle_message(message(frame).substr(0, 5), 11, received);
    CHECK(error.kind() == LARK_ERROR_KIND_FRAME && !error.message().empty() && !received.is_event());
    data_frame(&frame, "card", "m2", "1", "0", "{}", 2);
    CHECK(!session.handle_message(message(frame), 12, received) && received.is_unhandled());
    session.close();
    CHECK(poll(session, 13) == LARK_ACTION_KIND_WAIT);
    CHECK(!session.answer(received.ack(), false, 13, out, sizeof out, answer) && !answer.empty());
    CHECK(poll(session, 14) == LARK_ACTION_KIND_END && action.end() == LARK_END_CLOSED);
}

static void ends() {
    lark::Session session(nullptr, 0, nullptr, 0, 1);
    CHECK(poll(session, 0) == LARK_ACTION_KIND_CONNECT);
    session.handle_refusal({}, {}, 0);
    CHECK(poll(session, 0) == LARK_ACTION_KIND_WAIT && poll(session, action.until_ms()) == LARK_ACTION_KIND_CONNECT);
    session.handle_refusal("514", "1000040350", 0);
    CHECK(poll(session, 0) == LARK_ACTION_KIND_END && action.end() == LARK_END_REFUSED);
    CHECK(action.code() == LARK_ENDPOINT_CODE_CONNECTION_LIMIT);
    lark::Session tired(nullptr, 0, nullptr, 0, 1);
    tired.set_config({0, 1, 1, 1});
    CHECK(poll(tired, 0) == LARK_ACTION_KIND_CONNECT);
    tired.handle_disconnect(0);
    CHECK(poll(tired, 0) == LARK_ACTION_KIND_END && action.end() == LARK_END_GAVE_UP);
    lark::Session crooked(nullptr, 1, nullptr, 0, 1);
    CHECK(poll(crooked, 0) == LARK_ACTION_KIND_END && action.end() == LARK_END_CLOSED);
    CHECK(crooked.poll(0, nullptr, 0, action).kind() == LARK_ERROR_KIND_INVALID_ARGUMENT);
}

static void requests() {
    std::string body;
    CHECK(!lark::Endpoint::request("cli_1", "a\"\x01", body));
    CHECK(body == R"({"AppID":"cli_1","AppSecret":"a\"\u0001"})");
    CHECK(!lark::Endpoint::request({}, {}, body) && body == R"({"AppID":"","AppSecret":""})");
    CHECK(lark::Endpoint::request("\xff", {}, body).kind() == LARK_ERROR_KIND_INVALID_ARGUMENT && body.empty());
    CHECK(endpoint.read("{").kind() == LARK_ERROR_KIND_UNEXPECTED_END && endpoint.url().empty());
}

int main() {
    conversation();
    ends();
    requests();
    return failures == 0 ? 0 : 1;
}
