internal import Foundation
internal import LatheLibrary
internal import LatheStore
internal import LatheTools
internal import LatheVocabulary

extension Project {
    /// The project's servers of tools, with a host that is started when it is first needed.
    func toolDesk(
        _ installation: Installation, environment: [String: String],
        news: @escaping @Sendable (ToolHost.News) -> Void,
        question: @escaping @Sendable (ToolQuestion) async -> ToolQuestion.Answer
    ) throws(CommandFailure) -> ToolDesk {
        let home = environment["HOME"] ?? "/root"
        let state = environment["XDG_STATE_HOME"] ?? home + "/.local/state"
        let package = installation.python + "/lathe_tools"
        try Self.makeToolFolder(folder + "/.lathe/tools")
        return ToolDesk(
            configuration: toolConfiguration(environment), project: folder,
            launch: ToolLaunch(
                project: folder, environment: environment, python: installation.interpreter, package: package),
            records: ToolDatabase(folder: state + "/lathe"),
            host: ToolHost(
                python: installation.interpreter, package: package, folder: folder + "/.lathe/tools/logs",
                environment: environment, news: news, question: question))
    }

    /// Finds tools of the project's servers, with an index that is derived from what they said.
    func toolSearch(_ meaning: any MeaningModel) -> ToolSearch {
        ToolSearch(index: LibraryIndex(path: folder + "/.lathe/tools/index.db", what: "tools"), meaning: meaning)
    }

    /// The servers of tools as the project's files and the user's own name them.
    func toolConfiguration(_ environment: [String: String]) -> ToolConfiguration {
        let config = environment["XDG_CONFIG_HOME"] ?? (environment["HOME"] ?? "/root") + "/.config"
        return ToolConfiguration(project: folder, userFile: config + "/lathe/mcp.json")
    }

    /// `.lathe/tools` with its logs, kept out of version control.
    private static func makeToolFolder(_ folder: String) throws(CommandFailure) {
        do {
            try FileManager.default.createDirectory(atPath: folder + "/logs", withIntermediateDirectories: true)
            if !FileManager.default.fileExists(atPath: folder + "/.gitignore") {
                try Data("*\n".utf8).write(to: URL(fileURLWithPath: folder + "/.gitignore"))
            }
        } catch {
            throw CommandFailure("\(folder) cannot be made: \(error.localizedDescription)")
        }
    }
}
