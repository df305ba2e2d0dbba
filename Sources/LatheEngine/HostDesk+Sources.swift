internal import LatheVocabulary

/// What lathe itself knows of subtasks whose results are combined: who ran, and which cells ran there without an error.
extension HostDesk {
    private static let sourceLimits = (subtasks: 50, cells: 12, code: 500, printed: 300)

    func sources(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let ids = try arguments.integers("ids", upTo: Self.sourceLimits.subtasks)
        guard await delegation.registry.sees(place, ids) else { throw Self.notYours }
        let events: [Event]
        do throws(JournalError) {
            events = try await services.log.events(after: 0, of: [.subtaskStarted, .cellStarted, .cellFinished])
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
        let outcomes = await delegation.registry.outcomes(of: ids, within: 0)
        // Their code and what it printed may be words of others.
        try await expose(toWork: ids, .value)
        let facts = SourceFacts(events, of: Set(outcomes.map(\.place)))
        let told = outcomes.map { outcome -> JSONValue in
            [
                "id": .integer(outcome.id), "label": .string(outcome.label),
                "agent": facts.agents[outcome.place].map { .string($0) } ?? .null,
                "status": .string(outcome.status.rawValue),
                "cells": .array(cells(facts.cells[outcome.place] ?? [])),
            ]
        }
        return ["sources": .array(told)]
    }

    /// The newest ones, oldest first.
    private func cells(_ cells: [SourceFacts.Ran]) -> [JSONValue] {
        cells.suffix(Self.sourceLimits.cells).map { cell in
            [
                "cell": .integer(cell.number), "code": .string(String(cell.code.prefix(Self.sourceLimits.code))),
                "printed": .string(String(cell.printed.prefix(Self.sourceLimits.printed))),
            ]
        }
    }
}

/// The cells and agents of some places: a fold over the session's events.
private struct SourceFacts {
    struct Ran {
        var number: Int
        var code: String
        var printed: String
    }

    private(set) var agents: [Place: String] = [:]
    private(set) var cells: [Place: [Ran]] = [:]

    init(_ events: [Event], of places: Set<Place>) {
        var code: [Place: [Int: String]] = [:]
        for event in events {
            switch event.body {
            case .subtaskStarted(let one) where places.contains(one.place): agents[one.place] = one.agent.name
            case .cellStarted(let cell) where places.contains(event.place):
                code[event.place, default: [:]][cell.number] = cell.code
            case .cellFinished(let cell) where places.contains(event.place) && cell.status == .ok:
                let printed = cell.stdout.head + (cell.value?.text.head ?? "")
                var ran = (cells[event.place] ?? []).filter { $0.number != cell.number }
                ran.append(Ran(number: cell.number, code: code[event.place]?[cell.number] ?? "", printed: printed))
                cells[event.place] = ran
            default: break
            }
        }
    }
}
