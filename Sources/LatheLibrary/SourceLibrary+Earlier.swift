internal import LatheVocabulary

/// The approved version that a proposal would follow, on the library's queue and with the library locked.
extension SourceLibrary {
    /// Its tests; nil where nothing of the name is approved, or that has no tests.
    ///
    /// Deprecated and demoted ones count. Tests that are not the approved ones are not run, which is told.
    func earlierTests(of kind: Capability.Kind, _ name: CapabilityName) throws(LibraryError) -> EarlierTests? {
        guard let approved = try entry(kind, name, .approved)?.capability else { return nil }
        let pin = trust == .pins ? try past().pins[LibraryPast.Key(kind: kind, name: name.description)] : nil
        let (version, hash) = (pin?.version ?? approved.version, pin.map(\.testsSHA256) ?? approved.testsSHA256)
        guard let hash else { return nil }
        let found: CapabilityDocument
        do {
            found = try document(kind, name, .approved)
        } catch {
            return EarlierTests(version: version, sha256: hash, problem: error.reason)
        }
        guard try CapabilityFiles.testsSHA256(name.description, tests: found.tests, fixtures: found.fixtures) == hash
        else {
            let file = "\(folder.path)/\(kind.rawValue)s/\(CapabilityFiles.testsFile(name))"
            let problem = "\(file) or its fixtures are not what was approved; restore them, and save it again"
            return EarlierTests(version: version, sha256: hash, problem: problem)
        }
        guard !found.tests.isEmpty else { return nil }
        return EarlierTests(version: version, tests: found.tests, fixtures: found.fixtures, sha256: hash)
    }
}
