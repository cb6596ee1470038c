// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import org.cloister.admin.HeapAdmin;
import org.cloister.console.web.WebPage;
import org.cloister.console.web.WebPart;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapListener;
import org.cloister.heap.Heaps;
import org.cloister.platform.inspect.BoardView;
import org.cloister.tee.Tee;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page, on the JDK's own HTTP server: it has no dependencies, is there at once, and costs nothing while nobody
 * looks.
 */
@Component(service = {WebPage.class, HeapListener.class}, immediate = true, configurationPid = WebConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = WebConfiguration.class)
public final class WebServer implements WebPage, HeapListener {
    private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);
    private static final int BACKLOG = 64;

    private final WebSettings settings;
    private final FaultTally faults = new FaultTally();
    private final EventLog events = new EventLog(InstantSource.system());
    private final Feed feed;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private Optional<BoardView.Listening> listening = Optional.empty(); // guarded by faults
    private volatile Optional<BoardView> board = Optional.empty();

    /** Trusted operating systems come and go. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    volatile List<Tee> tees = List.of();

    /** Begins to serve. */
    @Activate
    public WebServer(BundleContext context, @Reference Heaps heaps, @Reference HeapAdmin admin,
            WebConfiguration configuration) {
        this(heaps, admin, WebSettings.read(configuration), new Parts(context)::read);
    }

    WebServer(Heaps heaps, HeapAdmin admin, WebSettings settings,
            BiFunction<String, String, Optional<WebPart.Content>> parts) {
        this.settings = settings;
        server = open(settings);
        var state = new StateReader(heaps, admin, () -> board, () -> tees, faults, events,
                InstantSource.system(), isControlled());
        var gate = new Gatekeeper(settings, server.getAddress().getPort());
        feed = new Feed(() -> state.read().toString(), settings.interval());
        server.createContext("/", new PageHandler(gate, new Assets(), state, feed, new Actions(heaps, admin),
                parts));
        server.setExecutor(threads);
        server.start();
        LOG.info("the page is at {}", address());
    }

    private static HttpServer open(WebSettings settings) {
        try {
            return HttpServer.create(new InetSocketAddress(settings.host(), settings.port()), BACKLOG);
        } catch (IOException e) {
            throw new HeapException(HeapError.UNAVAILABLE, "serve the page", settings.host() + ", port " + settings.port(),
                    String.valueOf(e.getMessage()), "choose another port, or end what listens there", e);
        }
    }

    @Override
    public URI address() {
        InetSocketAddress bound = server.getAddress();
        String host = bound.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort() + "/");
    }

    @Override
    public boolean isControlled() {
        return !settings.token().isEmpty();
    }

    @Override
    public void onEvent(HeapEvent event) {
        events.onEvent(event);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setBoard(BoardView view) {
        synchronized (faults) {
            listening.ifPresent(BoardView.Listening::close);
            faults.clear();
            board = Optional.of(view);
            listening = Optional.of(view.listen(faults::add));
        }
    }

    void unsetBoard(BoardView view) {
        synchronized (faults) {
            if (board.filter(view::equals).isPresent()) {
                listening.ifPresent(BoardView.Listening::close);
                listening = Optional.empty();
                board = Optional.empty();
            }
        }
    }

    /** Ends it, for browsers that are connected, too. */
    @Deactivate
    void stop() {
        feed.close();
        server.stop(0);
        threads.shutdownNow();
        synchronized (faults) {
            listening.ifPresent(BoardView.Listening::close);
            listening = Optional.empty();
        }
    }
}
