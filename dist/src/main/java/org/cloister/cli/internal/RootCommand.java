// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command that all others hang on. It does nothing by itself; a name has to follow. */
@Command(
        name = RootCommand.NAME,
        description = "Heaps of memory that only chosen hardware may touch.",
        mixinStandardHelpOptions = true,
        subcommands = HelpCommand.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Commands that report take --json: standard output then holds JSON only, one object a line.",
            "Exit status: 0 it holds, 1 it does not, 2 bad usage or unreadable input."
        })
final class RootCommand {
    static final String NAME = "cloister";
}
