private import CSandbox
private import Glibc
internal import LatheVocabulary
internal import LatheWire

/// A cell under way, with what it has said and made so far. Seen only by who holds the loop's conversation.
final class CellRun {
    let order: CellOrder
    private let limits: OutputLimits
    private let sessionFolder: String
    private let prefix: String
    private var stdout: StreamCapture
    private var stderr: StreamCapture
    private var artifacts: [Artifact] = []
    private(set) var clock: CellClock
    /// Why it was interrupted, where it filled the disk.
    private(set) var overDisk: String?

    /// `name` is the kernel's, for the names of files.
    init(_ order: CellOrder, kernelName: String, configuration: KernelHostConfiguration, limits own: KernelLimits) {
        self.order = order
        // The session's own time may be finer than a second.
        let isOwn = own[.cell] != configuration.kernelLimits[.cell]
        clock = CellClock(limit: isOwn ? .seconds(own[.cell] ?? 0) : configuration.cellTime)
        var limits = configuration.output
        limits.file = own[.output] ?? limits.file
        if order.cell.purpose == .rebuild { limits.file = 0 }
        self.limits = limits
        sessionFolder = configuration.sessionFolder
        prefix = "outputs/\(safeFileName(kernelName))-cell-\(order.cell.number)"
        stdout = StreamCapture(limits: limits, folder: sessionFolder, name: "\(prefix)-stdout.txt")
        stderr = StreamCapture(limits: limits, folder: sessionFolder, name: "\(prefix)-stderr.txt")
    }

    /// Host calls began or ended: time spent waiting for them is not the cell's.
    func isWaiting(_ isWaiting: Bool) { clock.isWaiting(isWaiting) }

    /// The cell has filled the work folder.
    func fill(disk reason: String) { overDisk = reason }

    /// The cell's time is up.
    func endTime() { clock.end() }

    /// What a kernel ends of that does not heed the interrupt of this cell.
    var endCause: KernelEnd.Cause {
        if let overDisk { return .overLimit("A cell did not end after an interrupt: \(overDisk).") }
        return clock.isOver ? .cellTime(clock.limit) : .ignoredInterrupt
    }

    private var isShown: Bool { order.cell.purpose == .work }

    func append(_ bytes: UnsafeRawBufferPointer, to stream: OutputStream) {
        let text =
            switch stream {
            case .stdout: stdout.append(bytes)
            case .stderr: stderr.append(bytes)
            }
        if isShown, !text.isEmpty { order.output(.text(stream, text)) }
    }

    /// How many bytes of a stream's newest output are still wanted; nil while all of it is.
    func wantedEnd(of stream: OutputStream) -> Int? {
        let keepsOnlyEnd = stream == .stdout ? stdout.keepsOnlyEnd : stderr.keepsOnlyEnd
        return keepsOnlyEnd ? limits.preview : nil
    }

    func skip(_ count: Int, of stream: OutputStream) {
        switch stream {
        case .stdout: stdout.skip(count)
        case .stderr: stderr.skip(count)
        }
    }

    /// Keeps a file that the cell made. One that cannot be kept is named on the cell's standard error.
    func keep(_ frame: Frame, _ payload: JSONValue) {
        guard isShown else { return }
        let name = payload["name"]?.stringValue ?? "unnamed"
        let folder = ArtifactFolder(path: "\(sessionFolder)/artifacts", limit: limits.artifact)
        guard artifacts.count < limits.artifactsPerCell else {
            return note("the artifact \(name) was not kept: a cell makes at most \(limits.artifactsPerCell)")
        }
        let kept = folder.keep(
            frame.descriptors[0], name: name, mime: payload["mime"]?.stringValue ?? "application/octet-stream",
            title: payload["title"]?.stringValue ?? "")
        guard let artifact = kept.artifact else { return note("the artifact \(name) was not kept: \(kept.problem)") }
        artifacts.append(artifact)
        order.output(.artifact(artifact))
    }

    private func note(_ text: String) {
        Array("[\(printable(text.utf8))]\n".utf8).withUnsafeBytes { append($0, to: .stderr) }
    }

    func result(_ message: KernelMessages.Finished) -> CellResult {
        var result = CellResult(
            number: order.cell.number, status: message.status, seconds: message.seconds, failure: message.failure,
            variables: message.variables, used: message.used, calls: message.calls)
        if clock.isOver, message.status == .interrupted { result.failure = clock.failure(result.failure) }
        if let overDisk, message.status == .interrupted {
            let text = "\(overDisk). The cell was interrupted; its variables are kept."
            let traceback = [result.failure?.traceback ?? "", "DiskLimit: \(text)"].filter { !$0.isEmpty }
            result.failure = CellResult.Failure(
                type: "DiskLimit", message: text, traceback: traceback.joined(separator: "\n"))
        }
        if let value = message.result {
            result.value = CellResult.Value(
                type: value.type, text: captured(value.text, characters: value.characters), name: value.name,
                number: value.number)
        }
        fill(&result)
        return result
    }

    func died(_ end: KernelEnd) -> CellResult {
        var result = order.died(end)
        fill(&result)
        return result
    }

    private func fill(_ result: inout CellResult) {
        result.stdout = stdout.captured
        result.stderr = stderr.captured
        result.artifacts = artifacts
    }

    /// The text of a value; characters that the kernel itself left out count as lost, at least one byte each.
    private func captured(_ value: String, characters: Int) -> CapturedText {
        var capture = StreamCapture(limits: limits, folder: sessionFolder, name: "\(prefix)-value.txt")
        Array(value.utf8).withUnsafeBytes { _ = capture.append($0) }
        var text = capture.captured
        let missing = max(characters - value.unicodeScalars.count, 0)
        text.bytes += missing
        text.lost += missing
        return text
    }
}
