import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

extension APIResponse {
    /// A page of names with the time since when each is in the list.
    ///
    /// - Parameter others: further members of the answer.
    static func names(
        _ page: Page<DatedName>,
        as member: String,
        _ names: Names,
        with others: [(String, JSON)] = []
    ) async throws -> APIResponse {
        let people = try await names.shown(page.items.map(\.handle))
        var answer: [(String, JSON)] = [("success", true)]
        answer += others
        answer += [
            (
                member,
                .array(
                    page.items.map { item in
                        [
                            "handle": .string(people[item.handle]?.shown ?? item.handle),
                            "since": .timestamp(item.since.microseconds),
                        ]
                    }
                )
            ),
            ("count", .int(page.items.count)),
        ]
        if let next = page.next { answer.append(("next", .string(next.text))) }
        return .json(.ok, .object(answer))
    }
}
