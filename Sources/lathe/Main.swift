internal import Foundation
internal import LatheScreens

/// The program: reads the command line, carries the command out, ends with its exit code.
@main
struct Main {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        let command: Command
        do throws(CommandError) {
            command = try CommandParser.command(from: Array(CommandLine.arguments.dropFirst()))
        } catch {
            end(CommandFailure(error.reason, exitCode: ExitCode.usage.rawValue))
        }
        do throws(CommandFailure) {
            exit(try await CommandRun().run(command))
        } catch {
            end(error)
        }
    }

    private static func end(_ failure: CommandFailure) -> Never {
        TerminalOutput.standardError.write("lathe: \(TerminalText.safe(failure.reason))\n")
        exit(failure.exitCode)
    }
}
