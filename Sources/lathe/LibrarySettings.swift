internal import LatheLibrary
internal import LatheVocabulary

/// `library` in `lathe.json`: the folder alone, or `{"folder": …, "trust": …, "proposed": …}`.
struct LibrarySettings: Sendable, Hashable {
    var folder: String?
    var trust: LibraryTrust?
    /// Which sessions may use what waits.
    var proposals: ProposalUse?

    /// Throws with what is wrong in `path`.
    init(_ value: JSONValue?, _ path: String) throws(CommandFailure) {
        guard let value else { return }
        if let text = value.stringValue {
            folder = text
            return
        }
        guard let members = value.objectValue else {
            throw CommandFailure(
                "\(path): library is a folder, or an object of folder, trust and proposed.", exitCode: 2)
        }
        for key in members.keys.sorted() where !["folder", "trust", "proposed"].contains(key) {
            throw CommandFailure("\(path): library has no '\(key)'. Known are folder, trust, proposed.", exitCode: 2)
        }
        folder = members["folder"]?.stringValue
        trust = try Self.choice(members["trust"], "trust", path)
        proposals = try Self.choice(members["proposed"], "proposed", path)
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _ value: JSONValue?, _ name: String, _ path: String
    ) throws(CommandFailure) -> Choice? where Choice.RawValue == String {
        guard let value else { return nil }
        guard let text = value.stringValue, let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            throw CommandFailure("\(path): library.\(name) must be \(known).", exitCode: 2)
        }
        return choice
    }

    /// This, with what it leaves open from another.
    func over(_ base: LibrarySettings) -> LibrarySettings {
        var settings = self
        settings.folder = folder ?? base.folder
        settings.trust = trust ?? base.trust
        settings.proposals = proposals ?? base.proposals
        return settings
    }
}
