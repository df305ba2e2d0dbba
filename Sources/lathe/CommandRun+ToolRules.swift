internal import Foundation
internal import LatheScreens
internal import LatheTools
internal import LatheVocabulary

/// What code may call without asking, and what people called themselves.
extension CommandRun {
    func rules(_ project: Project, _ desk: ToolDesk, _ options: ListingOptions) throws {
        let all = try desk.records.keptAnswers()
        let kept = all.filter { $0.project == desk.project }
        // What a project's file allows does not count, so it is not shown as if it did.
        let files = [
            ToolRuleListing.File(path: project.toolSettings.user.path, patterns: project.toolSettings.user.patterns),
            ToolRuleListing.File(
                path: project.toolSettings.project.path,
                patterns: project.toolSettings.project.patterns.filter { ["ask", "deny", "untrusted"].contains($0.0) }),
        ]
        show(options, ToolRuleListing.json(files, kept: kept)) {
            ToolRuleListing.lines(
                files, kept: kept, elsewhere: all.count - kept.count, now: Date().timeIntervalSince1970, $0)
        }
    }

    func forget(_ reference: ToolReference, _ desk: ToolDesk, _ options: ListingOptions) throws {
        let name = reference.tool.map { "\(reference.server)/\($0)" } ?? reference.server
        let count = try desk.records.forgetAnswers(to: reference.server, tool: reference.tool, in: desk.project)
        guard count > 0 else {
            throw CommandFailure(
                "nothing was answered with \"always\" for \(name) here; 'lathe tools rules' shows what was")
        }
        show(options, ["forgotten": .integer(count)]) {
            ToolListing.done("\(name) is asked about again", $0)
        }
    }

    func calls(_ count: Int, _ desk: ToolDesk, _ options: ListingOptions) throws {
        let calls = try desk.records.calls(in: desk.project, atMost: count)
        show(options, .array(calls.map(\.json))) {
            ToolRuleListing.lines(calls, now: Date().timeIntervalSince1970, $0)
        }
    }
}
