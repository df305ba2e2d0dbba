package enum KernelRole: String, Sendable, Codable { case session, subtask }

/// What a kernel starts with.
package struct KernelStart: Sendable {
    package var role: KernelRole
    /// Where in the run the kernel belongs; names its output files.
    package var place: Place
    /// Bound only in kernels of role `session`.
    package var bindsInputs: Bool
    package var slices: [PlacedSlice]
    /// A library agent whose `prepare` and `check` run in this kernel.
    package var agent: String?
    /// Inputs that a saved memory is to bring: they are not loaded, but where it turns out that it does not.
    package var savedInputs: Set<String> = []
    /// Below the session's; what is not said is as the session has it.
    package var limits: KernelLimits
    /// The schema of the result that is asked for, so that data in it travels as data.
    package var returns: JSONValue?

    package init(
        role: KernelRole, place: Place, bindsInputs: Bool, slices: [PlacedSlice] = [], agent: String? = nil,
        limits: KernelLimits = KernelLimits(), returns: JSONValue? = nil
    ) {
        self.role = role
        self.place = place
        self.bindsInputs = bindsInputs
        self.slices = slices
        self.agent = agent
        self.limits = limits
        self.returns = returns
    }

    /// Whether the kernel begins with tables or arrays. What a slice's manifest says of its type is its maker's word:
    /// enough to tell what to import early.
    package func needsData(inputs: [DataInput]) -> Bool {
        let plain: Set = ["dict", "list", "tuple", "str", "int", "float", "bool", "NoneType", "bytes", "set"]
        return slices.contains { !plain.contains($0.slice.manifest["type"]?.stringValue ?? "") }
            || bindsInputs && inputs.contains { $0.format.isTable }
    }
}

package struct StartedKernel: Sendable {
    package var kernel: any Kernel
    package var variables: VariableListing
    /// Inputs that could not be loaded and the like, one sentence each.
    package var problems: [String]

    package init(kernel: any Kernel, variables: VariableListing, problems: [String]) {
        self.kernel = kernel
        self.variables = variables
        self.problems = problems
    }
}
