import Foundation

/// Starts the modules of `lathe_models`: our own Python, with a clean environment that holds no key.
enum TrustedScript {
    /// What a script may know of the surroundings: where things are, the language, and how the network is reached.
    private static let kept = [
        "HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "XDG_CACHE_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
        "ALL_PROXY", "all_proxy",
    ]

    static func start(
        _ module: String, tools: ToolPaths, errorFile: String
    ) async throws(ModelSetupError) -> ChildProcess {
        guard FileManager.default.isExecutableFile(atPath: tools.python) else {
            throw ModelSetupError(
                .serverFailed,
                "There is no Python at \(PlainText.quoted(tools.python)): run scripts/setup to make the environment."
            )
        }
        return try await ChildProcess.start(
            [tools.python, "-s", "-m", "lathe_models." + module],
            environment: environment(tools, ProcessInfo.processInfo.environment),
            errorFile: errorFile
        )
    }

    static func environment(_ tools: ToolPaths, _ outer: [String: String]) -> [String: String] {
        var result = outer.filter { kept.contains($0.key) || $0.key.hasPrefix("PIP_") }
        result["PYTHONPATH"] = tools.scripts
        result["PYTHONSAFEPATH"] = "1"
        result["PYTHONDONTWRITEBYTECODE"] = "1"
        result["PYTHONUTF8"] = "1"
        result["LATHE_PARENT"] = String(ProcessInfo.processInfo.processIdentifier)
        return result
    }
}
