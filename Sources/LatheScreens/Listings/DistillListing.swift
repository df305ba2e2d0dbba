package import LatheVocabulary

/// What `lathe library distill` found in sessions, from plain values.
package enum DistillListing {
    package static func lines(
        _ found: Distillation, of sessions: [String], canvas: Canvas
    ) -> [StyledLine] {
        let names = sessions.prefix(5).joined(separator: ", ") + (sessions.count > 5 ? ", …" : "")
        let head = canvas.wrap(canvas.text("looked over \(names)", .dim), indent: 2)
        guard !found.candidates.isEmpty else {
            return head + canvas.wrap(canvas.text("nothing was used or repeated that could be saved"))
                + rest(found, canvas)
        }
        return head + found.candidates.flatMap { lines($0, canvas) } + rest(found, canvas)
    }

    private static func lines(_ candidate: DistilledCandidate, _ canvas: Canvas) -> [StyledLine] {
        let mark = candidate.deserves ? canvas.text("+ ", .green) : canvas.text("· ", .dim)
        let name = candidate.name.isEmpty ? "(code without a name)" : candidate.name
        let title = mark + canvas.text(candidate.kind.rawValue + " ", .dim) + canvas.text(name, .bold)
        let places = candidate.sources.map { source in
            let cells = source.cells.prefix(12).map(String.init).joined(separator: ", ")
            let more = source.cells.count > 12 ? ", …" : ""
            return "\(source.session), \(source.cells.count == 1 ? "cell" : "cells") \(cells)\(more)"
        }
        let first = candidate.name.isEmpty ? firstLine(candidate.code) : []
        return canvas.wrap(title, indent: 4)
            + ([candidate.reason] + places + first).flatMap { canvas.wrap(canvas.text("    " + $0, .dim), indent: 4) }
    }

    private static func firstLine(_ code: String) -> [String] {
        code.split(separator: "\n").first.map { ["begins with: \($0.prefix(100))"] } ?? []
    }

    private static func rest(_ found: Distillation, _ canvas: Canvas) -> [StyledLine] {
        var notes: [String] = []
        if found.more > 0 { notes.append("\(found.more) more are not shown") }
        if found.unread > 0 { notes.append("\(found.unread) cells are no plain Python and were not read") }
        if found.leftOut > 0 { notes.append("\(found.leftOut) older cells were not looked at") }
        if found.candidates.contains(where: \.deserves) {
            notes.append("+ deserves saving: used more than once, and not in the library")
        }
        return notes.flatMap { canvas.wrap(canvas.text($0, .dim), indent: 2) }
    }

    package static func json(_ found: Distillation) -> JSONValue {
        .array(
            found.candidates.map { candidate in
                [
                    "kind": .string(candidate.kind.rawValue), "name": .string(candidate.name),
                    "reason": .string(candidate.reason), "uses": .integer(candidate.uses),
                    "deserves": .bool(candidate.deserves), "code": .string(candidate.code),
                    "sources": .array(
                        candidate.sources.map { source in
                            [
                                "session": .string(source.session),
                                "cells": .array(source.cells.map { .integer($0) }),
                            ]
                        }),
                    "like": candidate.like.map { like in
                        [
                            "path": .string(like.path), "status": .string(like.status),
                            "likeness": .number(like.likeness),
                        ]
                    } ?? .null,
                ]
            })
    }
}
