internal import Foundation
internal import LatheVocabulary

/// Saving what a session made: its source, its tests and what is known of it, all of it as the kernel says.
extension HostDesk {
    /// The most files that tests bring, their bytes together, and the longest other texts.
    private static let (mostFixtures, fixtureBytes, mostCells, mostLeftOut) = (50, 1 << 20, 50, 30)
    private static let mostBreaks = 50

    func save(_ kind: Capability.Kind, _ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        guard place == .coordinator else {
            throw HostRefusal("not_allowed", "only the coordinator saves capabilities; return the source instead")
        }
        var proposal = try await proposal(kind, arguments)
        if kind == .agent {
            let examples = try await examples(arguments)
            proposal.examples = examples.kept
            proposal.leftOut = Array((proposal.leftOut + examples.leftOut).prefix(Self.mostLeftOut))
            if let origin = try await provenance(arguments, proposal.source) {
                proposal.purpose = "\(origin) \(proposal.purpose)".singleLine(upTo: 400)
            }
        }
        if let writer = try await writer(of: kind, arguments) {
            (proposal.writer, proposal.model) = (writer.agent.name, writer.model)
        }
        let saved: SavedCapability
        do throws(LibraryError) {
            saved = try await services.library.save(proposal)
        } catch {
            throw HostRefusal("library", error.reason)
        }
        try await journal(.capabilitySaved(saved))
        var told: [String: JSONValue] = [
            "path": .string(saved.capability.path), "status": .string(saved.capability.status.rawValue),
            "replaced": .bool(saved.replaced),
            "evidence": .array((saved.report?.evidence ?? []).map(JSONValue.string)),
        ]
        if let note = saved.note { told["note"] = .string(note) }
        return .object(told)
    }

    func proposal(
        _ kind: Capability.Kind, _ arguments: HostArguments
    ) async throws(HostRefusal) -> CapabilityProposal {
        let cells = arguments.present("cells") == nil ? [] : try arguments.integers("cells", upTo: Self.mostCells)
        let leftOut = arguments.present("left_out") == nil ? [] : try arguments.texts("left_out", upTo: 400)
        let model = try? await services.model(nil)
        return CapabilityProposal(
            kind: kind, name: try arguments.text("name", upTo: 64),
            source: try arguments.text("source", upTo: 256 << 10), session: services.session,
            model: model?.name ?? "none",
            tests: try arguments.optionalText("tests", upTo: 256 << 10) ?? "",
            fixtures: try fixtures(arguments),
            cells: Set((cells + [cell]).filter { (1...1_000_000).contains($0) }).sorted(),
            purpose: try arguments.optionalText("purpose", upTo: 400)?.singleLine(upTo: 400) ?? "",
            leftOut: leftOut.prefix(Self.mostLeftOut).map { $0.singleLine(upTo: 300) },
            breaks: try breaks(arguments), origin: services.origin.origin(model))
    }

    /// Who wrote what is saved, where the call names a subtask of a writer: it completed, and this is its result.
    private func writer(
        of kind: Capability.Kind, _ arguments: HostArguments
    ) async throws(HostRefusal) -> SubtaskStarted? {
        guard let id = try arguments.optionalInteger("writer", in: 1...1_000_000_000) else { return nil }
        let events: [Event]
        do throws(JournalError) {
            events = try await services.log.events(after: 0, of: [.subtaskStarted, .subtaskFinished])
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
        var started: SubtaskStarted?
        var isIts = false
        for event in events {
            if case .subtaskStarted(let one) = event.body, one.id == id { started = one }
            guard case .subtaskFinished(let one) = event.body, one.id == id, one.status == .complete else { continue }
            isIts = ["name", "source", "tests"].allSatisfy { one.value?[$0] == arguments.values[$0] }
        }
        guard let started, started.agent.writes == kind, isIts else {
            throw HostRefusal(
                "invalid_arguments", "\(arguments.call): subtask \(id) is no \(kind.rawValue)_writer that made this")
        }
        return started
    }

    /// The reason for each test of the approved version that it breaks; a name without a reason is refused.
    private func breaks(_ arguments: HostArguments) throws(HostRefusal) -> [String: String] {
        guard let value = arguments.present("breaks") else { return [:] }
        guard let members = value.objectValue, members.count <= Self.mostBreaks else {
            throw HostRefusal("limit", "\(arguments.call): breaks are at most \(Self.mostBreaks) reasons by test")
        }
        var reasons: [String: String] = [:]
        for (test, reason) in members {
            guard let why = reason.stringValue, (1...400).contains(why.count), !why.allSatisfy(\.isWhitespace),
                (1...200).contains(test.count)
            else {
                throw HostRefusal(
                    "invalid_arguments",
                    "\(arguments.call): breaks['\(test.singleLine(upTo: 60))'] is no reason of 1 to 400 characters")
            }
            reasons[test.singleLine(upTo: 200)] = why.singleLine(upTo: 400)
        }
        return reasons
    }

    private func fixtures(_ arguments: HostArguments) throws(HostRefusal) -> [String: [UInt8]] {
        guard let value = arguments.present("fixtures") else { return [:] }
        guard let members = value.objectValue, members.count <= Self.mostFixtures else {
            throw HostRefusal("limit", "\(arguments.call): fixtures are at most \(Self.mostFixtures) files by name")
        }
        var files: [String: [UInt8]] = [:]
        var left = Self.fixtureBytes
        for (name, content) in members {
            guard let text = content.stringValue, text.utf8.count <= 2 * Self.fixtureBytes,
                let data = Data(base64Encoded: text)
            else { throw HostRefusal("invalid_arguments", "\(arguments.call): a fixture is no base64") }
            guard !name.hasPrefix("example_") || !(name.hasSuffix(".json") || name.hasSuffix(".jsonl")) else {
                throw HostRefusal(
                    "invalid_arguments",
                    "\(arguments.call): lathe makes recorded examples itself, of the session's subtasks; rename the fixture"
                )
            }
            left -= data.count
            guard left >= 0 else {
                throw HostRefusal(
                    "limit", "\(arguments.call): fixtures are more than \(Self.fixtureBytes) bytes; use smaller data")
            }
            files[name.singleLine(upTo: 100)] = [UInt8](data)
        }
        return files
    }
}

extension AdmissionReport {
    /// Rules whose findings are told to who saved it, though they refuse nothing.
    static let told: Set = ["breaks-nothing", "unchecked", "unknown-capability", "example-differs"]

    /// What is told to who saved it: what its tests show, what they leave open, and what it resembles. At most a dozen lines.
    var evidence: [String] {
        var lines: [String] = []
        if let tests {
            lines.append("tests: \(tests.passed) passed, of these \(tests.recorded) recorded calls")
        }
        if let earlier {
            let said = earlier.failures.isEmpty ? "" : ", \(earlier.failures.count) broken as said"
            lines.append("tests of version \(earlier.version): \(earlier.passed.count) passed\(said)")
        }
        if let examples {
            let same = examples.count { $0.isSame }
            lines.append("runs of it that are its examples: \(examples.count), of these \(same) the same when replayed")
        }
        lines += findings.filter { Self.told.contains($0.rule) }.prefix(3).map {
            $0.reason.singleLine(upTo: 200)
        }
        if let mutation, mutation.mutants > 0 {
            lines.append("changes of its source that its tests notice: \(mutation.noticed) of \(mutation.mutants)")
            let shown = mutation.survivors.prefix(3).map { "not noticed: \($0.singleLine(upTo: 120))" }
            lines += shown
            if mutation.survivors.count > 3 { lines.append("… and \(mutation.survivors.count - 3) more") }
        }
        lines += resemblances
        lines += leftOut.prefix(3).map { "left out of its tests: \($0)" }
        return lines
    }

    /// What of the library it resembles.
    var resemblances: [String] {
        nearDuplicates.prefix(3).map { near in
            "resembles the \(near.kind.rawValue) \(near.name) (\(near.alike.joined(separator: ", "))): if it is meant to "
                + "replace it, save it under that name as its next version"
        }
    }
}
