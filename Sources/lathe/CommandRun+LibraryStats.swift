internal import LatheLibrary
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    func stats(
        _ names: [CapabilityReference], _ library: SourceLibrary, _ project: Project, _ options: ListingOptions
    ) async throws {
        let all = try await library.useRows()
        for name in names where !all.contains(where: { name.names($0.subject) }) {
            throw CommandFailure(
                "there is no capability '\(name.name)' in \(project.library), and none was used; "
                    + "'lathe library stats' shows all")
        }
        let rows = names.isEmpty ? all : all.filter { row in names.contains { $0.names(row.subject) } }
        show(options, UseListing.json(rows)) { UseListing.lines(rows, now: RunClock.shared.now, $0) }
    }

    /// What all uses of each version come to.
    func totals(_ library: SourceLibrary) async throws -> [CapabilityUse.Subject: UseTotal] {
        Dictionary(try await library.useTotals().map { ($0.subject, $0) }) { $1 }
    }
}
