package import LatheVocabulary

/// `lathe library list`, `search` and `show`, from plain values.
package enum LibraryListing {
    package static func lines(
        _ capabilities: [Capability], _ totals: [CapabilityUse.Subject: UseTotal] = [:], canvas: Canvas
    ) -> [StyledLine] {
        guard !capabilities.isEmpty else {
            return [canvas.text("nothing saved yet; a session saves functions and agents while it works")]
        }
        return capabilities.flatMap { capability in
            let lead =
                canvas.text(capability.kind.rawValue + " ", .dim) + canvas.text(capability.name, .bold)
                + canvas.text(" (\(standing(capability, totals[capability.subject])))", .dim)
            return canvas.wrap(lead, indent: 2) + about(capability, canvas) + problems(capability, canvas)
        }
    }

    /// The status, and the version from the second one on.
    static func standing(_ capability: Capability, _ total: UseTotal? = nil) -> String {
        let version = capability.version > 1 ? "version \(capability.version)" : ""
        let words = [capability.status.rawValue.replacing("_", with: " "), version, UseListing.word(total)]
        return words.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// Signature and summary; a file that could not be read has neither.
    private static func about(_ capability: Capability, _ canvas: Canvas) -> [StyledLine] {
        let (signature, summary) = (capability.signature, capability.summary)
        return (signature.isEmpty ? [] : [canvas.fit(canvas.text("  " + signature, .cyan))])
            + (summary.isEmpty ? [] : canvas.wrap(canvas.text("  " + summary), indent: 2))
    }

    /// What a search found, with what the user should know of how it was searched.
    package static func lines(_ found: [Capability], caveat: String?, canvas: Canvas) -> [StyledLine] {
        lines(found, canvas: canvas) + (caveat.map { canvas.wrap(canvas.text("(\($0))", .dim), indent: 2) } ?? [])
    }

    /// One capability with its metadata and source.
    package static func lines(
        _ capability: Capability, source: String, _ total: UseTotal? = nil, canvas: Canvas
    ) -> [StyledLine] {
        let cells = capability.cells.map(String.init).joined(separator: ", ")
        let facts = [
            (capability.kind.rawValue, capability.name), ("status", standing(capability, total)),
            ("file", "generated-capabilities/" + capability.path), ("created", capability.created),
            ("session", capability.session), ("cells", cells), ("model", capability.model),
            ("writer", capability.writer), ("prompt", capability.origin?.promptSHA256 ?? ""),
            ("data", (capability.origin?.data ?? []).map(\.json.text).joined(separator: " ")),
            ("purpose", capability.purpose), ("sha256", capability.sha256),
            ("tests", capability.testsSHA256 ?? ""),
        ]
        return facts.filter { !$0.1.isEmpty }.map { canvas.padded(canvas.text($0.0, .dim), to: 12) + canvas.text($0.1) }
            + problems(capability, canvas) + [canvas.blank] + TerminalText.lines(source).map { canvas.text($0) }
    }

    package static func json(_ capabilities: [Capability]) -> JSONValue { .array(capabilities.map(\.json)) }

    package static func json(_ capability: Capability, source: String) -> JSONValue {
        guard case .object(var members) = capability.json else { return capability.json }
        members["source"] = .string(source)
        return .object(members)
    }

    private static func problems(_ capability: Capability, _ canvas: Canvas) -> [StyledLine] {
        capability.problems.flatMap { canvas.wrap(canvas.text("  ✗ " + $0, .red), indent: 4) }
    }
}

extension Capability {
    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "name": .string(name), "path": .string(path),
            "signature": .string(signature),
            "summary": .string(summary), "status": .string(status.rawValue), "version": .integer(version),
            "created": .string(created), "session": .string(session), "cells": .array(cells.map { .integer($0) }),
            "model": .string(model), "writer": .string(writer), "purpose": .string(purpose),
            "origin": origin.map(\.json) ?? .null, "sha256": .string(sha256),
            "tests_sha256": testsSHA256.map { .string($0) } ?? .null, "profile": profile?.json ?? .null,
            "problems": .array(problems.map { .string($0) }),
        ]
    }
}
