import Foundation
import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Many subtasks at once against a model that always uses all it may, under limits of chance.
@Suite(.serialized) struct BudgetStormTests {
    /// As many tokens as there are bytes, and the longest reply: what was reserved is used, all of it.
    private static let greedy: @Sendable (ModelRequest) -> Usage = { request in
        let read = request.messages.reduce(request.system.utf8.count + request.state.utf8.count) { $0 + $1.bytes }
        return Usage(input: read, output: request.maxOutputTokens)
    }

    private static func limits(_ chance: inout SeededChance) -> BudgetLimits {
        BudgetLimits(
            tokens: chance.one(in: 3) ? nil : .random(in: 2_000...900_000, using: &chance),
            microdollars: chance.one(in: 2) ? nil : .random(in: 5_000...2_000_000, using: &chance),
            modelCalls: chance.one(in: 3) ? .random(in: 1...80, using: &chance) : nil,
            subtasks: chance.one(in: 4) ? .random(in: 1...100, using: &chance) : nil)
    }

    private static let cells: TwinPlacement.Work = { place, cell, call in
        guard place == .coordinator else { return TwinSession.printed(cell, "ok") }
        let items = (0..<64).map { JSONValue.object(["label": .string("s\($0)"), "manifest": .null]) }
        let agent: JSONValue = ["name": "counter", "instructions": "Count."]
        let started = await call(
            HostCall(name: "delegate", arguments: ["agent": agent, "items": .array(items), "parallel": 64]))
        if case .value(let value) = started.outcome {
            let ids = (value["subtasks"]?.arrayValue ?? []).compactMap { $0["id"] }
            _ = await call(HostCall(name: "wait", arguments: ["ids": .array(ids), "seconds": .null]))
        }
        _ = await call(HostCall(name: "answer", arguments: ["value": "done"]))
        return TwinSession.printed(cell, "ok")
    }

    /// Runs one, and tells whether something was left out for want of budget, and how much of the tokens was used.
    private static func run(_ seed: UInt64) async throws -> (isShort: Bool, share: Double) {
        var chance = SeededChance(seed: seed)
        let budget = Self.limits(&chance)
        let model = ScriptedModel(microdollarsPerToken: 3, measure: greedy) { place, _ in
            place == .coordinator ? .code("go") : .text("done")
        }
        var limits = EngineLimits()
        limits.parallelSubtasks = 64
        limits.maxOutputTokens = .random(in: 256...8_192, using: &chance)
        return try await TwinSession.run(model, limits: limits, cells: cells) { session in
            let outcome = try await session.engine.ask("go", budget: budget)
            let calls = await session.journal.events(after: 0).count { $0.body.kind == .turnFinished }
            let about = "seed \(seed): \(budget), \(outcome.status), \(outcome.usage), \(outcome.cost), \(calls) calls"
            #expect(outcome.usage.total <= budget.tokens ?? .max, "\(about)")
            #expect(calls <= budget.modelCalls ?? .max, "\(about)")
            #expect(outcome.subtasks <= budget.subtasks ?? .max, "\(about)")
            if case .microdollars(let cost) = outcome.cost {
                #expect(cost <= budget.microdollars ?? .max, "\(about)")
            } else {
                Issue.record("\(about)")
            }
            let left = session.engine.spending.budget
            #expect(left.held.allSatisfy { $0.value == 0 }, "something is still set aside: \(about)")
            #expect(left.left(.tokens) == budget.tokens.map { $0 - outcome.usage.total }, "\(about)")
            let share = budget.tokens.map { Double(outcome.usage.total) / Double($0) } ?? 0
            return (outcome.failedSubtasks.contains { $0.status == .notRun }, share)
        }
    }

    @Test func `no limit is exceeded and nothing stays set aside, in many runs of 64 subtasks`() async throws {
        let runs = Int(ProcessInfo.processInfo.environment["LATHE_BUDGET_RUNS"] ?? "") ?? 250
        let ended = try await withThrowingTaskGroup(of: (isShort: Bool, share: Double).self) { group in
            var ended: [(isShort: Bool, share: Double)] = []
            for seed in 0..<runs {
                if seed >= 24, let one = try await group.next() { ended.append(one) }
                group.addTask { try await Self.run(UInt64(seed)) }
            }
            for try await one in group { ended.append(one) }
            return ended
        }
        // Else the limits were never met, and the rest says nothing.
        #expect(ended.count == runs)
        #expect(ended.count { $0.isShort } > runs / 10, "short: \(ended.count { $0.isShort })")
        #expect(ended.count { $0.share > 0.9 } > runs / 20, "nearly used up: \(ended.count { $0.share > 0.9 })")
    }
}

/// Chance that comes out the same for the same seed.
struct SeededChance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func one(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
