/// Where the trusted Python side of the providers is found, and where weights are kept.
package struct ToolPaths: Sendable, Hashable {
    /// The Python of the project's venv, which has xllamacpp and pip.
    package var python: String
    /// The folder that holds the package `lathe_models`.
    package var scripts: String
    /// The folder of the weights; made when something is installed.
    package var models: String

    package init(python: String, scripts: String, models: String) {
        self.python = python
        self.scripts = scripts
        self.models = models
    }

    /// The folder of the weights that an environment asks for: `$LATHE_MODELS`, else `$XDG_DATA_HOME/lathe/models`,
    /// else `~/.local/share/lathe/models`.
    package static func modelsFolder(environment: [String: String]) -> String {
        if let folder = environment["LATHE_MODELS"], folder.hasPrefix("/") { return folder }
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/lathe/models" }
        return (environment["HOME"] ?? "/var/empty") + "/.local/share/lathe/models"
    }
}
