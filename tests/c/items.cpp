// The C++ layer over objects, lists of objects and the registry.
#include <cstdint>
#include <lark_event.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "check.h"

static constexpr std::string_view body = R"({"schema":"2.0",
    "header":{"event_type":"corehr.pre_hire.onboarding_task_changed_v2"},"event":{
    "onboarding_task_changes":[{"task_code":"1","after_status":"completed"},{"task_code":{}},{"task_code":"3"}],
    "flow_info":{"id":"6","name":{"en_us":"Joining"}}}})";

static lark::Envelope envelope;
static lark::Item item;

static void objects(const LarkPreHireOnboardingTaskChanged &event) {
    static_assert(std::is_same_v<decltype(lark::get(event.flow_info)), const LarkPreHireFlowInfo *>);
    const LarkPreHireFlowInfo *flow = lark::get(event.flow_info);
    CHECK(flow != nullptr && lark::view(flow->id) == "6");
    CHECK(lark::get(event.onboarding_flow_change) == nullptr);
    const LarkPreHireFlowName *name = lark::get(flow->name);
    CHECK(name != nullptr && lark::get(name->en_us) == "Joining" && !lark::get(name->zh_cn));
}

static void lists(const LarkPreHireOnboardingTaskChanged &event) {
    std::string codes;
    int wrong = 0;
    for (const auto &task : item.each<LarkPreHireOnboardingTaskChange>(body, event.onboarding_task_changes)) {
        codes += lark::get(task.task_code).value_or("-");
        wrong += item.error() ? 1 : 0;
        CHECK(lark::view(task.after_status) == (codes == "1" ? LARK_PRE_HIRE_ONBOARDING_TASK_STATUS_COMPLETED : ""));
        CHECK(!item.error() || item.error().field() == "event.onboarding_task_changes.task_code");
        CHECK(item.tag() == LARK_ITEM_PRE_HIRE_ONBOARDING_TASK_CHANGE && item.item_if<LarkSubEvent>() == nullptr);
    }
    CHECK(codes == "1-3" && wrong == 1 && !item.error() && item.tag() == LARK_ITEM_NONE);

    // Objects of another type, another body, and no list.
    int found = 0;
    for (const LarkSubEvent &sub_event : item.each<LarkSubEvent>(body, event.onboarding_task_changes)) {
        found += sub_event.id.present ? 1 : 2;
    }
    CHECK(item.error().kind() == LARK_ERROR_KIND_INVALID_ARGUMENT);
    for (const auto &task : item.each<LarkPreHireOnboardingTaskChange>("{}", event.onboarding_task_changes)) {
        found += task.task_code.present ? 1 : 2;
    }
    CHECK(item.error() && !item.error().is_field());
    for (const auto &task : item.each<LarkPreHireOnboardingTaskChange>(body, LarkObjectList{})) {
        found += task.task_code.present ? 1 : 2;
    }
    CHECK(!item.error() && found == 0);

    LarkObjectList rest = event.onboarding_task_changes;
    CHECK(item.next(body, rest) && item.item_if<LarkPreHireOnboardingTaskChange>() != nullptr && rest.count == 2);
    CHECK(lark::view(item.raw().pre_hire_onboarding_task_change.task_code) == "1");
}

static void registry() {
    std::vector<std::uint32_t> tags;
    for (const std::uint32_t tag : lark::EventTypes()) {
        CHECK(lark_event_type_tag(lark_event_type_name(tag)) == tag);
        tags.push_back(tag);
    }
    CHECK(tags.size() >= 75 && tags.front() == LARK_EVENT_URL_VERIFICATION);
}

int main() {
    CHECK(envelope.decode(body).kind() == LARK_ERROR_KIND_TYPE);
    if (const auto *event = envelope.event_if<LarkPreHireOnboardingTaskChanged>()) {
        objects(*event);
        lists(*event);
        std::string json;
        CHECK(envelope.to_json(json).kind() == LARK_ERROR_KIND_UNTYPED && json.empty());
    } else {
        CHECK(!"another event");
    }
    registry();
    return failures == 0 ? 0 : 1;
}
