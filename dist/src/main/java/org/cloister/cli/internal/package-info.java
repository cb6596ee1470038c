// SPDX-License-Identifier: Apache-2.0
/**
 * The command line. Any bundle contributes a command, with no type in common but picocli's: a service of type
 * {@link java.util.concurrent.Callable} whose object is annotated with {@link picocli.CommandLine.Command} and whose
 * properties are
 *
 * <ul>
 *   <li>{@code cloister.command}: the name of the command, a {@code String}
 *   <li>{@code cloister.command.board} (optional): the board to run on unless the user chooses another, a
 *       {@code String}. The option {@code --board} is added unless the command declares one itself, and the board is on
 *       when the command is called. An empty name stands for the heaps of the machine at hand, and so does an option
 *       {@code --real} that the command declares
 *   <li>{@code cloister.command.needs} (optional): filters of services that have to be there before the command is
 *       called, a {@code String} or {@code String[]}
 * </ul>
 *
 * <p>Each run wants a fresh object, so the service has prototype scope. It returns the exit status: 0 it holds, 1 it
 * does not, 2 bad usage or unreadable input. What it throws becomes one sentence on standard error. It writes to the
 * {@code out} and {@code err} of its {@link picocli.CommandLine}, never to {@link java.lang.System#out}. The option
 * {@code --help} is added unless the command declares one itself.
 */
package org.cloister.cli.internal;
