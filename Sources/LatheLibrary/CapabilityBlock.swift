internal import LatheVocabulary

/// What the block at the head of a file says, but for the source's own hash, which the reader adds.
struct CapabilityBlock: Sendable, Hashable {
    /// Inputs that a block names; of more, the first by name. The session's journal has all.
    private static let mostData = 50

    var kind: Capability.Kind
    var name: String
    var version: Int
    var status: Capability.Status
    var created: String
    var session: String
    var cells: [Int]
    var model: String
    var purpose: String
    var writer: String
    var origin: CapabilityOrigin
    var testsSHA256: String?

    init(_ proposal: CapabilityProposal, version: Int, created: String, testsSHA256: String?) {
        (kind, name, status) = (proposal.kind, proposal.name, .proposed)
        (session, cells, model) = (proposal.session, proposal.cells, proposal.model)
        (purpose, writer, origin) = (proposal.purpose, proposal.writer, proposal.origin)
        self.version = version
        self.created = created
        self.testsSHA256 = testsSHA256
    }

    func request(_ source: String) -> JSONValue {
        [
            "source": .string(source), "kind": .string(kind.rawValue), "name": .string(name),
            "version": .integer(version), "status": .string(status.rawValue), "created": .string(created),
            "session": .string(session), "cells": .array(cells.map { .integer($0) }), "model": .string(model),
            "purpose": .string(purpose), "writer": .string(writer), "tests_sha256": .string(testsSHA256 ?? ""),
            "prompt_sha256": .string(origin.promptSHA256 ?? ""),
            "data": .array(origin.data.prefix(Self.mostData).map(\.json)),
        ]
    }
}
