import Foundation
import LatheVocabulary
import Testing

/// Every attempt of `sandbox/escapes/orchestration`, by the coordinator's code or a subtask's in a session with other agents: denied,
/// without harm, and the session goes on.
@Suite(.serialized, .timeLimit(.minutes(20))) struct OrchestrationTests {
    private static let kinds = [
        "background", "branches", "calls", "contexts", "handoffs", "labels", "ledgers", "memory", "messages", "plans",
        "results", "roundtables", "specialists", "synthesis",
    ]

    @Test func `there are attempts against every part of orchestration`() throws {
        let attempts = try Attempt.all(in: "orchestration")
        for attempt in attempts { #expect(!attempt.denials.isEmpty && !attempt.roles.isEmpty, "\(attempt)") }
        let found = Set(attempts.compactMap { $0.name.split(separator: "_").first.map(String.init) })
        #expect(found == Set(Self.kinds))
    }

    @Test(arguments: [KernelRole.session, .subtask])
    func `nothing gets out through orchestration, and the session goes on`(role: KernelRole) async throws {
        let prelude = try String(contentsOf: Attempt.folder.appending(path: "_prelude.py"), encoding: .utf8)
        let chosen = ProcessInfo.processInfo.environment["LATHE_ATTEMPT"] ?? ""
        var denied = 0
        for attempt in try Attempt.all(in: "orchestration")
        where attempt.roles.contains(role) && (chosen.isEmpty || attempt.name.contains(chosen)) {
            let trap = try await AgentTrap.run(attempt, as: role, prelude: prelude)
            let result = try #require(trap.result, "\(attempt) as \(role.rawValue): \(trap.outcome)")
            if let objection = attempt.objection(to: result) {
                Issue.record("\(attempt) as \(role.rawValue) \(objection)")
            } else {
                denied += 1
            }
            let next = trap.next?.value?.text.head ?? ""
            #expect(next == "42", "\(attempt) as \(role.rawValue): \(String(describing: trap.next))")
            #expect(trap.harm() == [], "\(attempt) as \(role.rawValue)")
        }
        print("escape: user \(geteuid()), orchestration, \(role.rawValue): \(denied) denied")
    }
}
