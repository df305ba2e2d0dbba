package import LatheVocabulary

/// One capability with everything that lies on disk of it.
package struct CapabilityDocument: Sendable, Hashable {
    /// As the library judges it now.
    package var capability: Capability
    /// The whole text of the file.
    package var text: String
    /// The source after the block: what `capability.sha256` is of.
    package var body: String
    /// Empty where it has none.
    package var tests: String
    package var fixtures: [String: [UInt8]]
    /// Of the whole file, its tests and its fixtures: what `sha256sum NAME.py test_NAME.py fixtures/NAME/* | sha256sum` prints.
    package var shown: String

    /// What would have to be admitted, were it saved now.
    package var proposal: CapabilityProposal {
        CapabilityProposal(
            kind: capability.kind, name: capability.name, source: body, session: capability.session,
            model: capability.model, tests: tests, fixtures: fixtures, cells: capability.cells,
            purpose: capability.purpose, writer: capability.writer,
            origin: capability.origin ?? CapabilityOrigin())
    }
}
