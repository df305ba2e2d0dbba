internal import Foundation
internal import LatheEngine
internal import LatheKernelHost
internal import LatheLibrary
internal import LatheProviders
internal import LatheSandbox
internal import LatheScreens
internal import LatheVocabulary

/// Looks at everything that a session needs, by trying it, and says how to mend what is missing.
struct DoctorCheck: Sendable {
    var environment: [String: String]
    var project: String?
    var arrangement = SandboxArrangement.bubblewrap

    func findings() async throws(CommandFailure) -> [DoctorFinding] {
        let installation = try Installation.find(environment: environment)
        let project = try Project.find(project, environment: environment)
        var findings = [parts(installation)]
        findings += SandboxReport.probe(arrangement).layers.map(DoctorFinding.init)
        findings += await kernel(installation, project.kernelLimits)
        findings.append(limits(installation, project.kernelLimits))
        findings.append(DoctorFinding(topic: "handoffs", status: .ok, detail: project.limits.handoff.text))
        findings.append(DoctorFinding(topic: "plans", status: .ok, detail: project.limits.plans.text))
        findings.append(
            DoctorFinding(
                topic: "agents", status: .ok, detail: (project.librarySettings.health ?? .by(HealthRule())).text))
        findings.append(DoctorFinding(topic: "stalls", status: .ok, detail: project.limits.stalls.text))
        findings.append(DoctorFinding(topic: "contexts", status: .ok, detail: project.limits.contextEdits.text))
        findings.append(DoctorFinding(topic: "specialists", status: .ok, detail: project.limits.specialists.text))
        findings += await models(installation, project)
        findings += try tools(project)
        findings.append(
            DoctorFinding(topic: "project", status: .ok, detail: "\(project.folder), library \(project.library)"))
        return findings
    }

    private func parts(_ installation: Installation) -> DoctorFinding {
        guard let missing = installation.missingParts.first else {
            return DoctorFinding(topic: "installation", status: .ok, detail: installation.root)
        }
        return DoctorFinding(
            topic: "installation", status: .missing, detail: missing, mend: "make build, in \(installation.root)")
    }

    /// Starts a template and runs two cells, as a session would.
    private func kernel(_ installation: Installation, _ limits: KernelLimits) async -> [DoctorFinding] {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-doctor-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let configuration = configuration(installation, limits, folder: folder)
        let clock = ContinuousClock.now
        do throws(KernelError) {
            let host = try await KernelHost.start(configuration)
            let ready = clock.duration(to: .now)
            let start = KernelStart(role: .session, place: .coordinator, bindsInputs: true)
            let kernel = try await host.startKernel(start) { _ in .error("not_allowed", "there is no engine") }.kernel
            let code =
                "import sys, pandas, pyarrow; f'Python {sys.version.split()[0]}, pandas {pandas.__version__}, '"
                + " f'pyarrow {pyarrow.__version__}'"
            let result = await kernel.run(Cell(number: 1, code: code)) { _ in }
            let slices = await kernel.run(Cell(number: 2, code: "lathe._slice_mode()")) { _ in }
            await host.stop()
            guard result.status == .ok, let value = result.value else {
                let problem = result.failure?.message ?? "the test cell did not run"
                return [
                    DoctorFinding(
                        topic: "kernel", status: .missing, detail: problem, mend: "make build, in \(installation.root)")
                ]
            }
            let seconds = (ready / .seconds(1) * 100).rounded() / 100
            return [
                DoctorFinding(topic: "kernel", status: .ok, detail: "\(value.text.head), ready in \(seconds) s"),
                slicesFinding(slices),
            ]
        } catch {
            return [
                DoctorFinding(topic: "kernel", status: .missing, detail: error.reason, mend: "see the findings above")
            ]
        }
    }

    /// How slices travel on this machine, as the kernel found out by trying.
    private func slicesFinding(_ result: CellResult) -> DoctorFinding {
        guard result.status == .ok, let value = result.value else {
            let problem = result.failure?.message ?? "the test cell did not run"
            return DoctorFinding(topic: "slices", status: .warning, detail: problem, mend: "see the findings above")
        }
        let text = value.text.head.trimmingCharacters(in: CharacterSet(charactersIn: "'\""))
        return DoctorFinding(topic: "slices", status: .ok, detail: text)
    }

    private func configuration(
        _ installation: Installation, _ limits: KernelLimits, folder: String
    ) -> KernelHostConfiguration {
        var configuration = KernelHostConfiguration(
            sessionFolder: folder, environment: installation.environment, python: installation.python,
            kernelProgram: installation.kernelProgram)
        configuration.apply(limits)
        configuration.arrangement = arrangement
        return configuration
    }

    /// What one kernel may use here, written as `--limit` takes it.
    private func limits(_ installation: Installation, _ limits: KernelLimits) -> DoctorFinding {
        let configuration = configuration(installation, limits, folder: "/")
        return DoctorFinding(
            topic: "limits", status: .ok,
            detail: configuration.kernelLimits.text
                + "; changed with --limit NAME=VALUE, or limits.kernel in lathe.json")
    }

    private func models(_ installation: Installation, _ project: Project) async -> [DoctorFinding] {
        let source = ConfiguredModels(
            configuration: project.models, given: nil, isNeeded: true, installation: installation,
            environment: environment)
        var findings: [DoctorFinding] = []
        do throws(CommandFailure) {
            let notice = try await source.prepare()
            findings.append(
                DoctorFinding(
                    topic: "default model", status: .ok, detail: notice.map { "\(source.title). \($0)" } ?? source.title
                ))
        } catch {
            findings.append(
                DoctorFinding(
                    topic: "default model", status: .warning, detail: "there is none yet",
                    mend: "lathe model install, or --model NAME; see lathe ask --help"))
        }
        await source.close()
        for (variable, provider) in [("ANTHROPIC_API_KEY", "anthropic"), ("OPENAI_API_KEY", "openai")] {
            let isSet = !(environment[variable] ?? "").isEmpty
            findings.append(
                DoctorFinding(
                    topic: "\(provider) key", status: .ok,
                    detail: isSet ? "\(variable) is set" : "\(variable) is not set"))
        }
        for server in await LocalServer.search() {
            findings.append(
                DoctorFinding(
                    topic: "local server", status: .ok,
                    detail: "\(server.base.absoluteString): \(server.models.prefix(5).joined(separator: ", "))"))
        }
        let installer = ModelInstaller(tools: installation.tools(environment))
        for listing in installer.list() where listing.path != nil {
            findings.append(DoctorFinding(topic: "embedded model", status: .ok, detail: listing.weights.title))
        }
        return findings
    }
}

extension DoctorFinding {
    init(_ layer: SandboxReport.Layer) {
        self.init(
            topic: "sandbox: \(layer.name)",
            status: layer.isAvailable ? .ok : layer.isRequired ? .missing : .warning,
            detail: layer.isAvailable ? layer.guarantee : "missing; not guaranteed: \(layer.guarantee)",
            mend: layer.isAvailable ? "" : layer.mend)
    }
}
