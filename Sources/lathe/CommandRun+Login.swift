internal import Foundation
internal import LatheScreens
internal import LatheTools
internal import LatheVocabulary

extension CommandRun {
    func logIn(
        _ name: String, _ seconds: Double, _ desk: ToolDesk, _ options: ListingOptions
    ) async throws -> Int32 {
        let server = try desk.server(name)
        if try desk.standing(of: server) != .allowed {
            guard try ask(server, desk, options) else { return ExitCode.unapproved.rawValue }
        }
        let isDone = try await desk.logIn(server, seconds: seconds)
        show(options, ["server": .string(name), "logged_in": .bool(isDone)]) {
            ToolListing.done(
                isDone ? "logged in at \(name); try: lathe tools test \(name)" : "\(name) wants no login", $0)
        }
        return ExitCode.complete.rawValue
    }

    func logOut(_ name: String, _ desk: ToolDesk, _ options: ListingOptions) async throws {
        let (was, isRevoked) = try await desk.logOut(try desk.server(name))
        guard was else { throw CommandFailure("there is no login at \(name)") }
        show(options, ["server": .string(name), "revoked": .bool(isRevoked)]) {
            let end = isRevoked ? "and taken back there" : "which \(name) was not told: it ends there by itself"
            return ToolListing.done("the login at \(name) is forgotten, \(end)", $0)
        }
    }
}
