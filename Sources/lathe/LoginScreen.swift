internal import Foundation
internal import LatheScreens

/// Brings the user to the address at which they log in.
struct LoginScreen: Sendable {
    let environment: [String: String]

    /// Shows the address, and opens it where there is a screen to open it on.
    func show(_ server: String, _ address: String) {
        guard let url = URL(string: address), ["https", "http"].contains(url.scheme ?? "") else {
            write("\(server) wants you to log in at something that is no address: \(address)")
            return
        }
        let wasOpened = open(address)
        write("To log in at \(server), \(wasOpened ? "see your browser, or open" : "open") this address:")
        write(address)
        write("Waiting for the answer; Ctrl-C ends it.")
    }

    private func open(_ address: String) -> Bool {
        let hasScreen = ["DISPLAY", "WAYLAND_DISPLAY"].contains { environment[$0]?.isEmpty == false }
        guard hasScreen, FileManager.default.isExecutableFile(atPath: "/usr/bin/xdg-open") else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/xdg-open")
        process.arguments = [address]
        (process.standardInput, process.standardOutput, process.standardError) = (
            FileHandle.nullDevice, FileHandle.nullDevice, FileHandle.nullDevice
        )
        return (try? process.run()) != nil
    }

    private func write(_ text: String) {
        TerminalOutput.standardError.write(TerminalText.safe(text) + "\n")
    }
}
