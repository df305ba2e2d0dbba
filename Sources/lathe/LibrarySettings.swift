internal import LatheLibrary
internal import LatheVocabulary

/// `library` in `lathe.json`: the folder alone, or `{"folder": …, "trust": …, "proposed": …, "demote": …, "unhealthy": …}`.
struct LibrarySettings: Sendable, Hashable {
    var folder: String?
    var trust: LibraryTrust?
    /// Which sessions may use what waits.
    var proposals: ProposalUse?
    var demotion: Demotion?
    var health: Health?
    private static let names = ["folder", "trust", "proposed", "demote", "unhealthy"]

    /// What capabilities lose their place by.
    enum Demotion: Sendable, Hashable {
        case off
        case by(DemotionRule)

        var rule: DemotionRule? { if case .by(let rule) = self { rule } else { nil } }
    }

    /// Throws with what is wrong in `path`.
    init(_ value: JSONValue?, _ path: String) throws(CommandFailure) {
        guard let value else { return }
        if let text = value.stringValue {
            folder = text
            return
        }
        guard let members = value.objectValue else {
            throw CommandFailure(
                "\(path): library is a folder, or an object of folder, trust, proposed, demote and unhealthy.",
                exitCode: 2)
        }
        for key in members.keys.sorted() where !Self.names.contains(key) {
            throw CommandFailure(
                "\(path): library has no '\(key)'. Known are \(Self.names.joined(separator: ", ")).", exitCode: 2)
        }
        folder = members["folder"]?.stringValue
        trust = try Self.choice(members["trust"], "trust", path)
        proposals = try Self.choice(members["proposed"], "proposed", path)
        demotion = try Self.demotion(members["demote"], path)
        health = try Health(members["unhealthy"], path)
    }

    private static func demotion(_ value: JSONValue?, _ path: String) throws(CommandFailure) -> Demotion? {
        guard let value else { return nil }
        if case .bool(let isOn) = value { return isOn ? .by(DemotionRule()) : .off }
        var rule = DemotionRule()
        guard let members = value.objectValue, members.keys.allSatisfy({ ["share", "sessions"].contains($0) }) else {
            throw CommandFailure(
                "\(path): library.demote must be true, false or an object of share and sessions.", exitCode: 2)
        }
        if let share = members["share"] {
            guard let number = share.numberValue, (0..<1).contains(number) else {
                throw CommandFailure("\(path): library.demote.share must be a number from 0 to below 1.", exitCode: 2)
            }
            rule.share = number
        }
        if let sessions = members["sessions"] {
            guard let number = sessions.integerValue, DemotionRule.possibleSessions.contains(number) else {
                let most = DemotionRule.possibleSessions.upperBound
                throw CommandFailure(
                    "\(path): library.demote.sessions must be a whole number from 1 to \(most).", exitCode: 2)
            }
            rule.sessions = number
        }
        return .by(rule)
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
        settings.demotion = demotion ?? base.demotion
        settings.health = health ?? base.health
        return settings
    }
}
