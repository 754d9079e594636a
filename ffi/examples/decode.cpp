// Reads the body of one event from a file or standard input and prints it.
//
//     c++ -std=c++17 decode.cpp $(pkg-config --cflags --libs lark_event) -o decode
#include <fstream>
#include <iostream>
#include <iterator>
#include <lark_event.hpp>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view usage = "usage: decode [--event-type TYPE] [FILE]\n"
                                   "\n"
                                   "Prints the event in FILE (or in standard input).\n"
                                   "\n"
                                   "  --event-type TYPE  event type of a body that names none\n"
                                   "  --help             this text\n"
                                   "\n"
                                   "Exit status: 0 if the event was decoded, 1 if it was bad, 2 if the command line was.\n";

template <class Text> void print_text(std::string_view name, const Text &text) {
    if (const auto value = lark::get(text)) {
        std::cout << "  " << name << " = " << *value << '\n';
    }
}

void print_company(const LarkCompanyUpdated &event, std::string_view body) {
    static lark::Item item;
    print_text("company_id", event.company_id);
    for (const LarkSubEvent &sub_event : item.each<LarkSubEvent>(body, event.sub_events)) {
        print_text("sub_events has entity", sub_event.entity);
    }
}

void print(const lark::Envelope &envelope, std::string_view body) {
    print_text("event_id", envelope.header().event_id);
    print_text("event_type", envelope.header().event_type);
    if (const auto *event = envelope.event_if<LarkProcessUpdated>()) {
        print_text("process_id", event->process_id);
        print_text("biz_type", event->biz_type);
        if (lark::get(event->status) == LARK_PROCESS_STATUS_COMPLETED) {
            std::cout << "  the process is completed\n";
        }
    } else if (const auto *event = envelope.event_if<LarkJobChangeUpdated>()) {
        print_text("job_change_id", event->job_change_id);
        for (const std::string_view field : lark::list(event->updated_fields)) {
            std::cout << "  updated_fields has " << field << '\n';
        }
    } else if (const auto *event = envelope.event_if<LarkCompanyUpdated>()) {
        print_company(*event, body);
    } else if (const auto *event = envelope.event_if<LarkEmploymentCreated>()) {
        print_text("employment_id", event->employment_id);
        if (const LarkUserId *user = lark::get(event->target_user_id)) {
            print_text("target_user_id has open_id", user->open_id);
        }
    } else if (std::string json; !envelope.to_json(json)) {
        std::cout << "  " << json << '\n';
    } else {
        std::cout << "  event = " << envelope.raw_event(body) << '\n';
    }
}

} // namespace

int main(int argc, char **argv) {
    static lark::Envelope envelope;
    std::string event_type;
    std::string name;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--help") {
            std::cout << usage;
            return 0;
        }
        if (argument == "--event-type" && i + 1 < argc && event_type.empty()) {
            event_type = argv[++i];
        } else if (argument.substr(0, 1) != "-" && name.empty()) {
            name = argument;
        } else {
            std::cerr << usage;
            return 2;
        }
    }
    std::ifstream file;
    if (!name.empty()) {
        file.open(name, std::ios::binary);
        if (!file) {
            std::cerr << name << ": cannot be opened\n";
            return 1;
        }
    }
    std::istream &in = name.empty() ? std::cin : file;
    const std::string body{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const lark::Error error =
        event_type.empty() ? envelope.decode(body) : envelope.decode_as(body, event_type.c_str());
    if (error) {
        std::cerr << (name.empty() ? "-" : name) << ':' << error.offset() << ": " << error.message() << '\n';
    }
    // With one bad field everything else is there.
    if (!error || error.is_field()) {
        print(envelope, body);
    }
    return error || !std::cout.flush() ? 1 : 0;
}
