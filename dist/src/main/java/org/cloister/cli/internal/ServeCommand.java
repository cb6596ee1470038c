// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloister.console.web.WebPage;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves the web page until it is interrupted; plays meanwhile, if it is to. */
@Component(
        service = Callable.class,
        scope = ServiceScope.PROTOTYPE,
        property = {"cloister.command=serve", "cloister.command.board=lab"})
@Command(name = "serve", description = {
    "Serve a web page that shows memory, heaps, buffers and faults of a board, on this machine only.",
    "It is read-only, unless --control gives a token to who starts it. Ctrl-C ends it."})
public final class ServeCommand implements Callable<Integer> {
    private static final String PAGE = "org.cloister.console.web";
    private static final String BEANS = "org.cloister.console.jmx";
    private static final int TOKEN_BYTES = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final ServiceCommands commands;
    private final Stage stage;

    @Spec
    private CommandSpec spec;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "8480",
            description = "The port to listen on; 0: any that is free (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--control", description = "Let who has the address with the token swap backends.")
    private boolean control;

    @Option(names = "--play", description = "Play the sample clip again and again, so that there is something to see.")
    private boolean play;

    @Option(names = "--for", paramLabel = "SECONDS", description = "End after so many seconds.")
    private Optional<Long> seconds = Optional.empty();

    @Option(names = "--real", description = "Show the heaps of this machine, and no board's.")
    private boolean real;

    @Option(names = "--json", description = "Say where the page is as one JSON object.")
    private boolean json;

    /** Called by Declarative Services. */
    @Activate
    public ServeCommand(BundleContext context, @Reference ConfigurationAdmin configurations,
            @Reference ServiceCommands commands, @Reference Stage stage) {
        this.context = context;
        this.configurations = configurations;
        this.commands = commands;
        this.stage = stage;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (play && real) {
            throw new CommandFailure(ExitStatus.UNUSABLE,
                    "playback takes an emulated board; leave out --play or --real");
        }
        String token = control ? token() : "";
        Configuration page = configure(PAGE, Map.of("port", port, "token", token));
        Configuration beans = configure(BEANS, Map.of());
        try {
            announce(page(), token);
            CountDownLatch over = new CountDownLatch(1);
            if (play) {
                try (PlayLoop loop = new PlayLoop(commands, stage, spec.commandLine().getErr())) {
                    loop.start();
                    await(over);
                }
            } else {
                await(over);
            }
            return ExitStatus.HOLDS;
        } finally {
            beans.delete();
            page.delete();
        }
    }

    private void await(CountDownLatch over) throws InterruptedException {
        if (seconds.isPresent()) {
            over.await(seconds.get(), TimeUnit.SECONDS);
        } else {
            over.await();
        }
    }

    private Configuration configure(String pid, Map<String, Object> properties) throws IOException {
        Configuration configuration = configurations.getConfiguration(pid, "?");
        configuration.update(new Hashtable<>(properties));
        return configuration;
    }

    private WebPage page() {
        ServiceReference<WebPage> reference = new ServiceWait(context).await(
                "(objectClass=" + WebPage.class.getName() + ")", PATIENCE)
                ? context.getServiceReference(WebPage.class) : null;
        WebPage page = reference == null ? null : context.getService(reference);
        if (page == null) {
            throw new CommandFailure(ExitStatus.DOES_NOT_HOLD, "the page cannot be served on port " + port
                    + ", most likely because something listens there; choose another with --port, such as 0 for any");
        }
        return page;
    }

    private void announce(WebPage page, String token) {
        PrintWriter out = spec.commandLine().getOut();
        String address = page.address() + (token.isEmpty() ? "" : "#token=" + token);
        if (json) {
            out.println(JsonProvider.provider().createObjectBuilder().add("address", page.address().toString())
                    .add("token", token).build());
        } else {
            out.println("the page is at " + address);
            spec.commandLine().getErr().println(control
                    ? "who has this address can swap backends; Ctrl-C ends it"
                    : "nothing can be changed there (see --control); Ctrl-C ends it");
            spec.commandLine().getErr().flush();
        }
        out.flush();
    }

    private static String token() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
