/// What one agent of the task under way has done, in the progress ledger.
package struct LedgerAgent: Sendable, Hashable {
    /// A cell that ended, in a line.
    package struct Ran: Sendable, Hashable {
        package var cell: Int
        package var status: CellStatus
        package var failure: String?
        /// The first line of its code.
        package var code: String
    }

    package enum State: String, Sendable, Hashable, CaseIterable {
        /// Asked for, and waiting for room.
        case next
        case running
        case stalled
        case complete
        /// It ended without a result.
        case ended
    }

    package var place: Place
    package var label: String
    /// The number of its subtask; nil for the coordinator.
    package var subtask: Int?
    /// The name of its agent; nil for the coordinator.
    package var agent: String?
    package var task: String
    package var hasBegun = true
    package var cells = 0
    package var usage = Usage()
    package var cost = Cost.none
    package var progress = PlaceProgress()
    /// How it ended, and why not with a result.
    package var outcome: OutcomeStatus?
    package var reason = ""
    /// The beginning of its result.
    package var value: String?
    /// The newest cells.
    package private(set) var ran: [Ran] = []

    package init(place: Place, label: String, task: String) {
        self.place = place
        self.label = label
        self.task = task
    }

    /// Its label, told from those of earlier ones.
    package var name: String { place.name(labelled: label) }

    package var state: State {
        switch outcome {
        case .complete?: .complete
        case nil: hasBegun ? (progress.stall == nil ? .running : .stalled) : .next
        case _?: .ended
        }
    }

    mutating func add(_ result: CellResult, code: String) {
        cells += 1
        let failure = result.failure.map { "\($0.type): \($0.message)" }
        let first = code.split(whereSeparator: \.isNewline).first { !$0.allSatisfy(\.isWhitespace) } ?? ""
        let line = Ran(
            cell: result.number, status: result.status, failure: failure.map { String($0.prefix(200)) },
            code: String(first.prefix(160)))
        ran = Array((ran + [line]).suffix(LedgerLimits.cells))
    }

    /// In the form in which code and `--json` get it.
    package var json: JSONValue {
        let micro: JSONValue = if case .microdollars(let amount) = cost { .integer(amount) } else { .null }
        return [
            "place": .string(place.description), "label": .string(label),
            "subtask": subtask.map { .string("subtask://\($0)") } ?? .null, "agent": agent.map { .string($0) } ?? .null,
            "state": .string(state.rawValue), "status": outcome.map { .string($0.rawValue) } ?? .null,
            "reason": .string(reason), "turns": .integer(progress.turns), "cells": .integer(cells),
            "tokens": .integer(usage.total), "microdollars": micro, "idle": .integer(progress.idle),
            "progress": progress.last.map { ["turn": .integer($0.turn), "what": .string($0.what)] } ?? .null,
            "stalled": progress.stall.map { .string($0.reason) } ?? .null, "replans": .integer(progress.replans),
        ]
    }
}
