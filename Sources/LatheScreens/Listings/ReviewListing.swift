internal import Foundation
package import LatheVocabulary

/// Decisions about capabilities, their history and their check, from plain values.
package enum ReviewListing {
    /// `notes` are told below it.
    package static func decided(
        _ what: String, _ capability: Capability, _ canvas: Canvas, notes: [String] = []
    ) -> [StyledLine] {
        canvas.wrap(
            canvas.text("✓ ", .green) + canvas.text("\(what) \(capability.kind.rawValue) ")
                + canvas.text(capability.name, .bold)
                + canvas.text(", version \(capability.version), \(capability.sha256.prefix(12))", .dim), indent: 2)
            + notes.flatMap { canvas.wrap(canvas.text("  " + $0, .yellow), indent: 2) }
    }

    package static func json(_ capabilities: [Capability]) -> JSONValue { .array(capabilities.map(\.json)) }

    // MARK: Differences

    /// Where a capability comes from, and why it was made.
    static func origin(_ capability: Capability) -> [(String, String)] {
        let cells = capability.cells.map(String.init).joined(separator: ", ")
        return [
            ("made by", "session \(capability.session)" + (cells.isEmpty ? "" : ", cells \(cells)")),
            ("model", capability.model), ("written by", capability.writer), ("why", capability.purpose),
            ("data", (capability.origin?.data ?? []).map(data).joined(separator: ", ")),
            ("prompt", capability.origin?.promptSHA256.map { String($0.prefix(12)) } ?? ""),
        ].filter { !$0.1.isEmpty }
    }

    /// An input of the session, with the beginning of its hash.
    private static func data(_ one: DataFingerprint) -> String {
        let facts = [one.bytes.map(Figure.bytes), one.endsSHA256.map { "ends \($0.prefix(12))" }].compactMap(\.self)
        return facts.isEmpty ? "\(one.name) (not looked at)" : "\(one.name) (\(facts.joined(separator: ", ")))"
    }

    static func lines(_ difference: TextDifference, _ canvas: Canvas) -> [StyledLine] {
        difference.lines.flatMap { line -> [StyledLine] in
            switch line {
            case .place(let before, let after): [canvas.text("@@ line \(before) → \(after) @@", .cyan)]
            case .same(let text): canvas.source("  ", text, [])
            case .removed(let text): canvas.source("- ", text, .red)
            case .added(let text): canvas.source("+ ", text, .green)
            }
        }
    }

    /// `lathe library diff`: what to look at, and how to decide about just that.
    package static func difference(_ item: ReviewItem, _ canvas: Canvas) -> [StyledLine] {
        ReviewPage(item, .difference, canvas).lines(canvas)
            + canvas.wrap(canvas.text("to approve just this: ", .dim) + canvas.text(approval(item)), indent: 2)
    }

    /// The command that approves what is shown and nothing else.
    static func approval(_ item: ReviewItem) -> String {
        "lathe library approve \(item.capability.kind.folder)/\(item.capability.name) --shown \(item.shown.prefix(16))"
    }

    package static func json(_ item: ReviewItem) -> JSONValue {
        let capability = item.capability
        return [
            "capability": .string(capability.path), "kind": .string(capability.kind.rawValue),
            "name": .string(capability.name), "version": .integer(capability.version),
            "status": .string(capability.status.rawValue), "problems": .array(capability.problems.map { .string($0) }),
            "shown": .string(item.shown), "since": item.since.map { .number($0) } ?? .null,
            "source": .string(item.body), "tests": .string(item.tests),
            "fixtures": .object(item.fixtures.mapValues { .integer($0) }),
            "examples": .array(item.examples.map(json)),
            "purpose": .string(capability.purpose), "session": .string(capability.session),
            "model": .string(capability.model), "cells": .array(capability.cells.map { .integer($0) }),
            "writer": .string(capability.writer), "origin": capability.origin.map(\.json) ?? .null,
            "approved": item.approved.map { ["version": .integer($0.version), "source": .string($0.body)] } ?? .null,
            "approved_tests": item.approvedTests.isEmpty ? .null : .string(item.approvedTests),
            "edited": .bool(item.isEdited), "edited_by": item.editor.map { .string($0) } ?? .null,
            "note": item.note.map { .string($0) } ?? .null,
            "report": item.report.map(ReportListing.json) ?? .null,
            "earlier_tests": item.report?.earlier.map(EarlierListing.json) ?? .null,
        ]
    }

    private static func json(_ example: AgentExample) -> JSONValue {
        [
            "name": .string(example.name), "task": .string(example.task),
            "data": example.data.map { .string($0) } ?? .null,
            "expects": example.expects ?? .null, "model": example.recording.map { .string($0.model) } ?? .null,
            "result": example.recording?.result ?? .null,
            "replies": .integer(example.recording?.replies.count ?? 0),
        ]
    }

    // MARK: History

    package static func lines(_ events: [LibraryEvent], named name: String?, _ canvas: Canvas) -> [StyledLine] {
        guard !events.isEmpty else {
            return canvas.wrap(canvas.text("nothing is known of \(name ?? "the library") on this machine"))
        }
        return events.flatMap { event -> [StyledLine] in
            let about = name == nil ? " \(event.kind.rawValue) \(event.name)" : ""
            let version = event.version > 0 ? ", version \(event.version)" : ""
            let who = event.reviewer.map { " by \($0)" } ?? event.session.map { " by session \($0)" } ?? ""
            let lead =
                canvas.text(date(event.time) + "  ", .dim)
                + canvas.text(event.action.rawValue.replacing("_", with: " "), .bold)
                + canvas.text(about + who + version) + canvas.text("  " + event.sha256.prefix(12), .dim)
            let reason = event.reason.map { canvas.wrap(canvas.text("  " + $0), indent: 2) } ?? []
            return canvas.wrap(lead, indent: 2) + reason
        }
    }

    package static func json(_ events: [LibraryEvent]) -> JSONValue {
        .array(
            events.map { event in
                [
                    "sequence": .integer(event.sequence), "time": .number(event.time),
                    "action": .string(event.action.rawValue), "kind": .string(event.kind.rawValue),
                    "name": .string(event.name), "version": .integer(event.version), "sha256": .string(event.sha256),
                    "tests_sha256": event.testsSHA256.map { .string($0) } ?? .null,
                    "reviewer": event.reviewer.map { .string($0) } ?? .null,
                    "session": event.session.map { .string($0) } ?? .null,
                    "origin": event.origin.map(\.json) ?? .null,
                    "reason": event.reason.map { .string($0) } ?? .null,
                ]
            })
    }

    static func date(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(.iso8601.dateSeparator(.dash).timeSeparator(.colon))
    }

    // MARK: Check

    package static func check(_ checked: [Capability], _ canvas: Canvas) -> [StyledLine] {
        let wrong = checked.filter { !$0.isWhole }
        guard !wrong.isEmpty else {
            let count = Figure.count(checked.count, "approved file")
            return [canvas.text("✓ ", .green) + canvas.text("\(count), as approved")]
        }
        return wrong.flatMap { capability in
            [canvas.text("✗ ", .red) + canvas.text(capability.path, .bold)]
                + capability.problems.flatMap { canvas.wrap(canvas.text("  " + $0), indent: 2) }
        }
    }

    package static func checkJSON(_ checked: [Capability]) -> JSONValue {
        .array(
            checked.map { capability in
                [
                    "path": .string(capability.path), "sha256": .string(capability.sha256),
                    "status": .string(capability.status.rawValue), "whole": .bool(capability.isWhole),
                    "problems": .array(capability.problems.map { .string($0) }),
                ]
            })
    }
}

extension Capability {
    /// Whether an approved file is what was approved. One that was demoted is.
    package var isWhole: Bool { status != .changed && (problems.isEmpty || status == .demoted) }
}

extension Canvas {
    /// A line of source whole, over as many lines of the screen as it takes.
    func source(_ mark: String, _ text: String, _ style: Style) -> [StyledLine] {
        TerminalText.lines(text, keepsLast: true).map { self.text(mark + $0, style) }
    }
}
