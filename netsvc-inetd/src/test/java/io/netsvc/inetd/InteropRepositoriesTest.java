package io.netsvc.inetd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real servers of version control, started by the server, against their real clients. */
@Timeout(60)
class InteropRepositoriesTest {
  @TempDir private Path directory;

  @Test
  void gitDaemon_clone_copiesTheRepository() throws Exception {
    Programs.require("/usr/bin/git");
    var work = Files.createDirectory(directory.resolve("work"));
    Programs.run(work, "git", "init", "-q", "-b", "main", ".");
    Files.writeString(work.resolve("hello"), "hello\n");
    Programs.run(work, "git", "add", "hello");
    Programs.run(
        work, "git", "-c", "user.name=n", "-c", "user.email=n@example.org", "commit", "-qm", "one");
    // Its own user's, as git wants a repository to belong to whoever serves it.
    try (var served =
        Served.by(
            "stream tcp nowait - /usr/bin/git git daemon --inetd --export-all --base-path=%s"
                .formatted(directory))) {
      var url = served.with("git://127.0.0.1:PORT/work");
      assertThat(Programs.run(directory, "git", "ls-remote", url))
          .matches("(?s)[0-9a-f]{40}\tHEAD\n[0-9a-f]{40}\trefs/heads/main\n");
      Programs.run(directory, "git", "clone", "-q", url, "copy");
      served.awaitEnd();
    }
    assertThat(directory.resolve("copy/hello")).hasContent("hello\n");
  }

  @Test
  void svnserve_list_showsTheTree() throws Exception {
    Programs.require("/usr/bin/svnserve", "/usr/bin/svn", "/usr/bin/svnadmin");
    var repository = directory.resolve("s");
    Programs.run(directory, "svnadmin", "create", repository.toString());
    Programs.run(directory, svn("mkdir", "-q", "-m", "one", "file://" + repository + "/trunk"));
    Programs.readable(directory);
    try (var served =
        Served.by(
            "stream tcp nowait %s /usr/bin/svnserve svnserve -i -r %s"
                .formatted(Programs.nobody(), directory))) {
      assertThat(Programs.run(directory, svn("ls", served.with("svn://127.0.0.1:PORT/s"))))
          .isEqualTo("trunk/\n");
      Programs.run(directory, svn("co", "-q", served.with("svn://127.0.0.1:PORT/s"), "copy"));
      served.awaitEnd();
    }
    assertThat(directory.resolve("copy/trunk")).isDirectory();
  }

  /** A client that leaves its user's own configuration alone. */
  private String[] svn(String... command) {
    var all = new ArrayList<>(List.of("svn", "--non-interactive", "--config-dir"));
    all.add(directory.resolve("svn-client").toString());
    all.addAll(List.of(command));
    return all.toArray(String[]::new);
  }

  @Test
  void cvsPserver_checkOut_copiesTheModule() throws Exception {
    Programs.require("/usr/bin/cvs");
    Programs.requireRoot("a pserver");
    var root = directory.resolve("root");
    Programs.run(directory, "cvs", "-f", "-d", root.toString(), "init");
    var module = Files.createDirectory(root.resolve("mod"));
    var source = Files.createDirectory(directory.resolve("source"));
    Files.writeString(source.resolve("hello"), "hello\n");
    Programs.run(
        source, "cvs", "-f", "-Q", "-d", root.toString(), "import", "-m", "one", "mod", "v", "r");
    assertThat(module.resolve("hello,v")).exists();
    Files.writeString(root.resolve("CVSROOT/passwd"), "anonymous::nobody\n");
    Programs.readable(directory);
    var locks = Programs.writable(Files.createDirectory(directory.resolve("locks")));
    Files.writeString(root.resolve("CVSROOT/config"), "LockDir=" + locks + "\n");
    try (var served =
        Served.by("stream tcp nowait root /usr/bin/cvs cvs -f --allow-root=%s pserver".formatted(root))) {
      var url = served.with(":pserver:anonymous:@127.0.0.1:PORT" + root);
      assertThat(Programs.run(directory, cvs("-d", url, "rls"))).contains("CVSROOT\n", "mod\n");
      Programs.run(directory, cvs("-Q", "-d", url, "co", "mod"));
      served.awaitEnd();
    }
    assertThat(directory.resolve("mod/hello")).hasContent("hello\n");
  }

  /** A client that leaves its user's own passwords alone. */
  private String[] cvs(String... command) {
    var all = new ArrayList<>(List.of("env", "CVS_PASSFILE=" + directory.resolve("cvspass")));
    all.addAll(List.of("cvs", "-f"));
    all.addAll(List.of(command));
    return all.toArray(String[]::new);
  }
}
