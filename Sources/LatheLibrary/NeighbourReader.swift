internal import Foundation
package import LatheVocabulary

/// Agent Skills and Claude Code agents, made of capabilities and read as such by a short, isolated process that runs nothing of
/// them (`lathe_neighbours`).
package struct NeighbourReader: Sendable {
    /// What other agents read.
    package enum Form: String, Sendable, CaseIterable {
        case skills
        case claudeAgents = "claude-agents"
    }

    package struct Exported: Sendable, Hashable {
        /// By their path below the folder that is exported to.
        package var files: [String: [UInt8]]
        /// What could not be carried over, a sentence each.
        package var leftOut: [String]
    }

    package struct Imported: Sendable, Hashable {
        /// Their session says where they come from.
        package var proposals: [CapabilityProposal]
        package var leftOut: [String]
    }

    private let process: ReaderProcess

    /// - Parameters:
    ///   - python: absolute path of an interpreter whose environment has PyYAML.
    ///   - package: absolute path of `lathe_neighbours`.
    package init(python: String, package: String) {
        process = ReaderProcess(python: python, reader: package)
    }

    /// Blocks; not for Swift's cooperative threads.
    package func export(_ documents: [CapabilityDocument], as form: Form) throws(LibraryError) -> Exported {
        let request: JSONValue = ["capabilities": .array(documents.map(\.neighbourJSON))]
        let answer = try answer(["export", form.rawValue], input: request.text)
        var files = (answer["files"]?.objectValue ?? [:]).compactMapValues { $0.stringValue.map { Array($0.utf8) } }
        let names = answer["fixtures"]?.objectValue ?? [:]
        for document in documents {
            let ending = "/scripts/fixtures/" + document.capability.name
            guard let folder = names.keys.first(where: { $0.hasSuffix(ending) }) else { continue }
            for (name, content) in document.fixtures { files[folder + "/" + name] = content }
        }
        return Exported(files: files, leftOut: texts(answer["left_out"]))
    }

    /// Reads a skill, an agent, or a folder of either. Blocks; not for Swift's cooperative threads.
    package func read(_ path: String) throws(LibraryError) -> Imported {
        let answer = try answer(["import", path], input: "")
        let proposals = (answer["proposals"]?.arrayValue ?? []).compactMap(Self.proposal)
        return Imported(proposals: proposals, leftOut: texts(answer["left_out"]))
    }

    private static func proposal(_ value: JSONValue) -> CapabilityProposal? {
        guard let kind = value["kind"]?.stringValue.flatMap(Capability.Kind.init),
            let name = value["name"]?.stringValue,
            let source = value["source"]?.stringValue
        else { return nil }
        let origin = "imported from " + (value["origin"]?.stringValue ?? "elsewhere")
        return CapabilityProposal(
            kind: kind, name: name, source: source, session: origin, model: "none",
            tests: value["tests"]?.stringValue ?? "",
            fixtures: (value["fixtures"]?.objectValue ?? [:]).compactMapValues { text in
                text.stringValue.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
            }, purpose: origin)
    }

    private func answer(_ arguments: [String], input: String) throws(LibraryError) -> JSONValue {
        let result = try process.run(arguments, input: input)
        guard let value = try? JSONValue(parsing: result.output), result.code == 0 || result.code == 1 else {
            let last = result.complaint.split(separator: "\n").last.map(String.init) ?? "no reason given"
            throw LibraryError(
                .readerFailed, "The reader of skills and agents failed (\(last.prefix(200))). Run 'lathe doctor'.")
        }
        guard result.code == 0 else {
            throw LibraryError(.refused, value["refusal"]?.stringValue ?? "It was refused without a reason.")
        }
        return value
    }

    private func texts(_ value: JSONValue?) -> [String] { (value?.arrayValue ?? []).compactMap(\.stringValue) }
}

extension CapabilityDocument {
    fileprivate var neighbourJSON: JSONValue {
        [
            "kind": .string(capability.kind.rawValue), "name": .string(capability.name),
            "version": .integer(capability.version), "sha256": .string(capability.sha256), "source": .string(body),
            "tests": .string(tests), "fixtures": .array(fixtures.keys.sorted().map { .string($0) }),
        ]
    }
}
