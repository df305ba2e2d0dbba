import Glibc

exit(TemplateProcess.run(arguments: Array(CommandLine.arguments.dropFirst())))
